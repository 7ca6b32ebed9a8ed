"""Edits over gRPC with Python's grpcio, as docs/grpc.md shows it: stubs made of proto/image_edits.proto, nothing of the service's code.

    python3 -m venv VENV && VENV/bin/pip install grpcio grpcio-tools grpcio-status
    GRPC_PORT=50051 npm start
    VENV/bin/python scripts/check-grpc-clients.py localhost:50051 docs/images/photo.jpg

With API_KEY in the environment the key is presented. Fails on what isn't as it should be.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status

PROTO = Path(__file__).resolve().parent.parent / "proto"


def stubs():
    """Generates the client from the .proto file, as grpcio-tools does it, and imports it."""
    folder = tempfile.mkdtemp()
    command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{PROTO}", f"--python_out={folder}", f"--grpc_python_out={folder}"]
    subprocess.run([*command, "image_edits.proto"], check=True)
    sys.path.insert(0, folder)
    import image_edits_pb2
    import image_edits_pb2_grpc

    return image_edits_pb2, image_edits_pb2_grpc


def main(address: str, photo: str) -> None:
    messages, services = stubs()
    key = os.environ.get("API_KEY")
    metadata = [("authorization", f"Bearer {key}")] if key else []
    options = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
    with grpc.insecure_channel(address, options=options) as channel:
        edits = services.ImageEditsStub(channel)
        for model in edits.ListModels(messages.ListModelsRequest(), metadata=metadata, timeout=30).models:
            print("model", model.id)

        picture = Path(photo).read_bytes()
        request = messages.EditRequest(prompt="make it black and white", images=[picture], seed=1, partial_images=1)
        kinds = []
        result = None
        for event in edits.Edit(request, metadata=metadata, timeout=300):
            kind = event.WhichOneof("event")
            if not kinds or kinds[-1] != kind:
                kinds.append(kind)
            if kind == "result":
                result = event.result
        print("events", *kinds)
        assert kinds[0] == "accepted" and kinds[-1] == "completed" and result is not None
        assert result.data.startswith(b"\x89PNG") and result.seed == 1
        Path("edited.png").write_bytes(result.data)
        print("edited.png", len(result.data), "bytes,", result.width, "x", result.height)

        job = None
        call = edits.Edit(messages.EditRequest(prompt="add a sepia tone", images=[picture], detach=True), metadata=metadata)
        for event in call:
            job = event.accepted.job_id
            break
        call.cancel()
        watched = [event.WhichOneof("event") for event in edits.WatchJob(messages.WatchJobRequest(job_id=job), metadata=metadata)]
        assert watched[-1] == "completed"
        status = edits.GetJob(messages.GetJobRequest(job_id=job), metadata=metadata).status
        print("job", messages.JobStatus.Name(status))
        assert status == messages.JOB_STATUS_SUCCEEDED

        try:
            list(edits.Edit(messages.EditRequest(prompt="", images=[picture]), metadata=metadata))
            raise AssertionError("a blank prompt was taken")
        except grpc.RpcError as error:
            assert error.code() == grpc.StatusCode.INVALID_ARGUMENT, error
            details = rpc_status.from_call(error).details
            fault = error_details_pb2.BadRequest()
            assert any(detail.Unpack(fault) for detail in details if detail.Is(fault.DESCRIPTOR))
            print("refused", error.details(), "|", fault.field_violations[0].field)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
