"""Prints the services that a port lists through server reflection, and what health says of the whole server."""

import sys

import grpc
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)


def main() -> None:
    channel = grpc.insecure_channel(sys.argv[1])
    database = ProtoReflectionDescriptorDatabase(channel)
    for service in sorted(database.get_services()):
        print(service)
    # As grpcurl does: a call with nothing but what reflection told.
    health = DescriptorPool(database).FindServiceByName("grpc.health.v1.Health")
    check = health.methods_by_name["Check"]
    method = channel.unary_unary(
        "/grpc.health.v1.Health/Check",
        request_serializer=lambda message: message.SerializeToString(),
        response_deserializer=GetMessageClass(check.output_type).FromString,
    )
    print(method(GetMessageClass(check.input_type)(), timeout=10))


main()
