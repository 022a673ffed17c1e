"""The embedded AWS on which the same template and the same functions run on a laptop."""
