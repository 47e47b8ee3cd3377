#!/usr/bin/env python3
"""Writes the small TorchScript modules of torchscript/, without PyTorch.

A file of torch.jit.save is a zip archive: the source of the module's classes as TorchScript prints
it, and a pickle of the module, which names its class and holds its attributes. Only `counter`
and `keeper` have a tensor of their own. `truncated` is the first half of `identity`.

    python3 make_torchscript_models.py torchscript
"""

import pathlib
import struct
import sys
import zipfile

FLOAT = 6  # c10::ScalarType::Float

CHECK_FLOAT = f"""\
    if torch.ne(ops.prim.dtype(x), {FLOAT}):
      ops.prim.RaiseException("expected floats")
    else:
      pass
"""

# By name, the method of the module's class.
MODELS = {
    # Gives back its input itself; refuses what is no float tensor.
    "identity": f"""\
  def forward(self: __torch__.Model,
    x: Tensor) -> Tensor:
{CHECK_FLOAT}\
    return x
""",
    # Gives back whatever it is given.
    "anything": """\
  def forward(self: __torch__.Model,
    x: Tensor) -> Tensor:
    return x
""",
    # Views of its input, and one output twice.
    "views": """\
  def forward(self: __torch__.Model,
    x: Tensor) -> Tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    flat = torch.reshape(x, [-1])
    columns = torch.transpose(x, 0, 1)
    first = torch.select(x, 0, 0)
    doubled = torch.mul(x, 2)
    return (flat, columns, first, doubled, doubled)
""",
    # Arguments whose order is not that of their names; more than ten outputs.
    "many": """\
  def forward(self: __torch__.Model,
    z: Tensor,
    a: Tensor,
    factor: float=2.,
    extra: Optional[Tensor]=None) -> Tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]:
    difference = torch.sub(z, a)
    _0 = (difference, torch.add(z, 1), torch.add(z, 2), torch.add(z, 3), torch.add(z, 4), torch.add(z, 5), torch.add(z, 6), torch.add(z, 7), torch.add(z, 8), torch.add(z, 9), torch.add(z, 10), torch.mul(z, factor))
    return _0
""",
    "dictionary": """\
  def forward(self: __torch__.Model,
    x: Tensor) -> Dict[str, Tensor]:
    _0 = {"twice": torch.mul(x, 2), "half, or so": torch.div(x, 2)}
    return _0
""",
    "list": """\
  def forward(self: __torch__.Model,
    x: Tensor) -> List[Tensor]:
    return [torch.mul(x, 2), torch.add(x, torch.mul(x, 2))]
""",
    # A list whose length only a run tells.
    "list_in_steps": """\
  def forward(self: __torch__.Model,
    x: Tensor) -> List[Tensor]:
    _0 = torch.split(x, 1)
    return _0
""",
    "number": """\
  def forward(self: __torch__.Model,
    x: Tensor,
    count: int) -> Tensor:
    return torch.mul(x, count)
""",
    # Fails for a dtype, a shape or a value that does not fit.
    "matmul": """\
  def forward(self: __torch__.Model,
    x: Tensor,
    y: Tensor) -> Tensor:
    return torch.matmul(x, y)
""",
    "picky": """\
  def forward(self: __torch__.Model,
    x: Tensor) -> Tensor:
    if bool(torch.any(torch.lt(x, 0))):
      ops.prim.RaiseException("expected no negative number", "builtins.ValueError")
    else:
      pass
    return torch.sqrt(x)
""",
    # Asks for more memory than there is, by a value.
    "hungry": """\
  def forward(self: __torch__.Model,
    x: Tensor) -> Tensor:
    n = int(torch.item(x))
    return torch.zeros([n])
""",
    # Imaginary parts of conjugates: elements that are to be negated, and steps between them.
    "conjugate": """\
  def forward(self: __torch__.Model,
    x: Tensor) -> Tuple[Tensor, Tensor]:
    c = torch.conj(x)
    return (c, torch.imag(c))
""",
    "sparse": """\
  def forward(self: __torch__.Model,
    x: Tensor) -> Tensor:
    return torch.to_sparse(x)
""",
    "writes_input": """\
  def forward(self: __torch__.Model,
    x: Tensor) -> Tensor:
    _0 = torch.add_(x, 1)
    return _0
""",
}

NAMED = """\
class Answer(NamedTuple):
  scores : Tensor
  labels : Tensor
"""

NAMED_FORWARD = """\
  def forward(self: __torch__.Model,
    x: Tensor) -> __torch__.Answer:
    _0 = __torch__.Answer(torch.mul(x, 2), torch.argmax(x))
    return _0
"""

# Gives back its own tensor, which the next run changes.
COUNTER = """\
  def forward(self: __torch__.Model,
    x: Tensor) -> Tensor:
    count = self.count
    _0 = torch.add_(count, torch.sum(x))
    return self.count
"""

# Gives back what the run before was given.
KEEPER = """\
  def forward(self: __torch__.Model,
    x: Tensor) -> Tensor:
    before = self.count
    self.count = x
    return before
"""


def text(value):
    data = value.encode()
    return b"X" + struct.pack("<I", len(data)) + data


def float_tensor(storage, count):
    """A pickled tensor of `count` floats in a storage of the archive."""
    return (
        b"ctorch._utils\n_rebuild_tensor_v2\n((" + text("storage") + b"ctorch\nFloatStorage\n"
        + text(storage) + text("cpu") + b"K" + bytes([count]) + b"tQK\x00(K" + bytes([count])
        + b"t(K\x01t\x89ccollections\nOrderedDict\n)RtR"
    )


def module(attributes):
    """A pickled object of class __torch__.Model."""
    state = b"".join(text(name) + value for name, value in attributes)
    return b"\x80\x02c__torch__\nModel\n)\x81}(" + state + b"ub."


def write(path, source, attributes=(), storages=()):
    path.mkdir(parents=True, exist_ok=True)
    all_attributes = [("training", b"\x89"), *attributes]
    records = {
        "data.pkl": module(all_attributes),
        "code/__torch__.py": source.encode(),
        "constants.pkl": b"\x80\x02).",
        "version": b"3\n",
        **{f"data/{i}": data for i, data in enumerate(storages)},
    }
    with zipfile.ZipFile(path / "model.pt", "w", zipfile.ZIP_STORED) as archive:
        for name, data in records.items():
            archive.writestr(zipfile.ZipInfo(f"model/{name}"), data)


def source(forward, attributes="", others=""):
    return (
        others
        + "class Model(Module):\n  __parameters__ = []\n  __buffers__ = []\n  training : bool\n"
        + attributes
        + forward
    )


def main(out):
    for name, forward in MODELS.items():
        write(out / name / "1", source(forward))
    write(out / "named" / "1", source(NAMED_FORWARD, others=NAMED))
    for name, forward in (("counter", COUNTER), ("keeper", KEEPER)):
        write(
            out / name / "1",
            source(forward, attributes="  count : Tensor\n"),
            [("count", float_tensor("0", 1))],
            [struct.pack("<f", 0)],
        )
    whole = (out / "identity" / "1" / "model.pt").read_bytes()
    (out / "truncated" / "1").mkdir(parents=True, exist_ok=True)
    (out / "truncated" / "1" / "model.pt").write_bytes(whole[: len(whole) // 2])


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
