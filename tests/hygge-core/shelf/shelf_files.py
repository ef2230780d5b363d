"""Files on a shelf, written and read."""


def put(shelf, name, content):
    with shelf.staging_file(name) as path:
        path.write_text(content)


def text(shelf, name):
    return shelf.path(name).read_text()
