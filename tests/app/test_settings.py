"""What the window remembers, and that it never makes a library's folder by itself."""

from app.settings import DEFAULT_ROW_HEIGHT, FILE, ROW_HEIGHTS, Settings


def test_what_is_saved_is_read_again(qapp, tmp_path):
    settings = Settings(tmp_path)
    settings.theme, settings.row_height, settings.sidebar, settings.inspector = "dark", 240, False, False
    settings.level = 2.4
    settings.save()
    again = Settings(tmp_path)
    assert again.level == 2.4
    assert (again.theme, again.row_height, again.sidebar, again.inspector) == ("dark", 240, False, False)


def test_defaults(qapp, tmp_path):
    settings = Settings(tmp_path)
    assert (settings.theme, settings.row_height, settings.sidebar) == ("system", DEFAULT_ROW_HEIGHT, True)
    assert (settings.level, settings.geometry) == (1.0, None)


def test_nonsense_in_the_file_is_passed_over(qapp, tmp_path):
    (tmp_path / FILE).write_text("[General]\ntheme=purple\nrow_height=-9x\nsidebar=maybe\ngeometry=12\n")
    settings = Settings(tmp_path)
    assert (settings.theme, settings.row_height, settings.geometry) == ("system", DEFAULT_ROW_HEIGHT, None)
    (tmp_path / FILE).write_text("[General]\nrow_height=99999\nlevel=nan\n")
    assert (Settings(tmp_path).row_height, Settings(tmp_path).level) == (ROW_HEIGHTS[1], 1.0)
    (tmp_path / FILE).write_text("[General]\nlevel=17\n")
    assert Settings(tmp_path).level == 4.0


def test_nothing_is_written_before_the_library_exists(qapp, tmp_path):
    settings = Settings(tmp_path / "absent")
    settings.theme = "dark"
    settings.save()
    assert not (tmp_path / "absent").exists()
