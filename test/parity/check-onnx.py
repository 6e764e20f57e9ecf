"""Holds ONNX files against the checker and the shape inference of the `onnx` package: python3 check-onnx.py FILE..."""
import sys

import onnx

for path in sys.argv[1:]:
    onnx.checker.check_model(path, full_check=True)
    model = onnx.load(path)
    assert model.opset_import[0].version >= 17, path
    batch = [i.type.tensor_type.shape.dim[0].dim_param for i in model.graph.input]
    print(f"ok  {path}  {len(model.graph.node)} nodes, batch {batch}")
print(f"onnx {onnx.__version__}: {len(sys.argv) - 1} files are valid")
