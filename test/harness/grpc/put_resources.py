"""put_resources.py ADDRESS: a PutResourcesRequest in JSON on standard input, to the admin address of a server.

What the messages look like is asked of the server itself, through reflection.
"""

import sys

import grpc
from google.protobuf import json_format
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)


def main() -> None:
    channel = grpc.insecure_channel(sys.argv[1])
    pool = DescriptorPool(ProtoReflectionDescriptorDatabase(channel))
    put = pool.FindServiceByName("fairlead.v1.AdminService").methods_by_name["PutResources"]
    request = GetMessageClass(put.input_type)()
    json_format.Parse(sys.stdin.read(), request, descriptor_pool=pool)
    method = channel.unary_unary(
        "/fairlead.v1.AdminService/PutResources",
        request_serializer=lambda message: message.SerializeToString(),
        response_deserializer=GetMessageClass(put.output_type).FromString,
    )
    print(method(request, timeout=10))


main()
