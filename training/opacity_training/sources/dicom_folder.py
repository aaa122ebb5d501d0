Reader = None
