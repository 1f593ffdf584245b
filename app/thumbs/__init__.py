"""Thumbnails from disk to pixmaps: newest request first, decoded off the GUI thread, bounded memory."""
