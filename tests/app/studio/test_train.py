"""Training a generator in the window."""

from app.studio.training import NEW


def test_it_opens(train, studio, window):
    assert train.state.state == NEW
    train.form.train.click()
    assert train.view.run is not None
