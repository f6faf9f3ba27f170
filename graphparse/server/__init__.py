"""The web page and its JSON interface; needs the extra ``serve``."""
