"""Why a file was not taken."""


class UploadRejected(Exception):
    """The file cannot be taken. `message` says to the resident what to do instead."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
