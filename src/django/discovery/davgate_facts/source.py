"""Python source of the site, read but never run, without comments and docstrings, and with its imports."""

import ast
import importlib.util
import os
import sys
import sysconfig

# The most modules to follow from one, the nearest first.
FOLLOWED = 200

# Calls whose first argument names a module.
NAMING = ("include", "import_module", "import_string")


class Source:
    """A module's syntax tree: its identifiers, its texts, and the modules of the site that it names."""

    def __init__(self, name, path):
        self.name = name
        with open(path, "rb") as file:
            self.tree = ast.parse(file.read())
        self.package = name if os.path.basename(path) == "__init__.py" else name.rpartition(".")[0]

    def identifiers(self):
        for node in ast.walk(self.tree):
            for field in ("id", "attr", "arg", "name", "asname", "module"):
                value = getattr(node, field, None)
                if isinstance(value, str):
                    yield value

    def texts(self):
        """Texts except docstrings; expressions in an f-string become `x`."""
        skipped = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Expr) and text_of(node.value) is not None:
                skipped.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                skipped.update(node.values)
                yield "".join("x" if text_of(part) is None else text_of(part) for part in node.values)
            elif node not in skipped and text_of(node) is not None:
                yield text_of(node)

    def named(self):
        """Names that are or may be modules, in order of appearance."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield alias.name
            elif isinstance(node, ast.ImportFrom):
                base = self.absolute(node.module, node.level)
                yield base
                for alias in node.names:
                    yield "%s.%s" % (base, alias.name)
            elif isinstance(node, ast.Call) and called(node) in NAMING and node.args:
                text = text_of(node.args[0])
                if text is not None:
                    yield text
                    yield text.rpartition(".")[0]

    def absolute(self, module, level):
        if not level:
            return module
        parts = self.package.split(".")
        return ".".join(parts[: len(parts) - level + 1] + ([module] if module else []))


def text_of(node):
    """The text of a constant (`Str` before Python 3.8); None for anything else."""
    value = node.s if type(node).__name__ == "Str" else getattr(node, "value", None)
    return value if isinstance(value, str) else None


def called(node):
    return getattr(node.func, "attr", None) or getattr(node.func, "id", None)


def source_of(name):
    """The module with that name; None if there is none that can be read."""
    try:
        path = local_path(name) or importlib.util.find_spec(name).origin
        return Source(name, path)
    except Exception:  # whatever importing the packages around it raises
        return None


def with_imports(name):
    """A module and those of the site's own modules that it imports, directly or indirectly."""
    found = source_of(name)
    waiting, known = [found] if found is not None else [], {name}
    while waiting:
        source = waiting.pop(0)
        yield source
        for other in source.named():
            if len(known) <= FOLLOWED and other and other not in known:
                path = local_path(other)
                if path is not None:
                    known.add(other)
                    imported = source_of(other)
                    if imported is not None:
                        waiting.append(imported)


def local_path(name):
    """The file of one of the site's own modules, neither installed nor Python's; None otherwise."""
    if not all(part.isidentifier() for part in name.split(".")):
        return None
    for root in sys.path:
        root = os.path.abspath(root or os.getcwd())
        if is_installed(root):
            continue
        base = os.path.join(root, *name.split("."))
        for path in (base + ".py", os.path.join(base, "__init__.py")):
            if os.path.isfile(path):
                return path
    return None


def is_installed(root):
    libraries = [sysconfig.get_paths()[name] for name in ("stdlib", "platstdlib")]
    parts = root.split(os.sep)
    inside = any((root + os.sep).startswith(library + os.sep) for library in libraries)
    return "site-packages" in parts or "dist-packages" in parts or inside or root.endswith(".zip")
