/** The part of ONNX's schema that tests write with, and check our own walk against: field names and numbers, read by protobufjs. */
import protobuf from 'protobufjs';

const proto = `
syntax = "proto3";
message StringPair { string key = 1; string value = 2; }
message Tensor {
  repeated int64 dims = 1; int32 data_type = 2; repeated float float_data = 4 [packed = true]; repeated int32 int32_data = 5 [packed = true];
  repeated int64 int64_data = 7 [packed = true]; string name = 8; bytes raw_data = 9; repeated double double_data = 10 [packed = true];
  repeated uint64 uint64_data = 11 [packed = true]; string doc_string = 12; repeated StringPair external_data = 13; int32 data_location = 14;
}
message Attribute {
  string name = 1; float f = 2; int64 i = 3; bytes s = 4; Tensor t = 5; Graph g = 6; repeated float floats = 7; repeated int64 ints = 8;
  repeated bytes strings = 9; string doc_string = 13; int32 type = 20;
}
message Node { repeated string input = 1; repeated string output = 2; string name = 3; string op_type = 4; repeated Attribute attribute = 5; string doc_string = 6; string domain = 7; }
message Dimension { oneof value { int64 dim_value = 1; string dim_param = 2; } }
message Shape { repeated Dimension dim = 1; }
message TensorType { int32 elem_type = 1; Shape shape = 2; }
message Type { TensorType tensor_type = 1; }
message ValueInfo { string name = 1; Type type = 2; }
message Graph { repeated Node node = 1; string name = 2; repeated Tensor initializer = 5; string doc_string = 10; repeated ValueInfo input = 11; repeated ValueInfo output = 12; repeated ValueInfo value_info = 13; }
message OperatorSet { string domain = 1; int64 version = 2; }
message Model { int64 ir_version = 1; string producer_name = 2; string producer_version = 3; Graph graph = 7; repeated OperatorSet opset_import = 8; repeated StringPair metadata_props = 14; }
`;

export const Model = protobuf.parse(proto, { keepCase: true }).root.lookupType('Model');

export interface TensorMessage { name?: string; dims: number[]; data_type: number; raw_data?: Uint8Array; [more: string]: unknown }
export interface AttributeMessage { name: string; type: number; [more: string]: unknown }
export interface NodeMessage { op_type: string; input: string[]; output: string[]; name?: string; domain?: string; attribute?: AttributeMessage[] }
export interface ValueMessage { name: string; type?: unknown }
export interface GraphMessage { name: string; node: NodeMessage[]; initializer?: TensorMessage[]; input?: ValueMessage[]; output?: ValueMessage[] }

/** A model's bytes. */
export function modelBytes(graph: GraphMessage, opset = 14): Uint8Array {
  return Model.encode(Model.fromObject({ ir_version: 8, producer_name: 'test', graph, opset_import: [{ domain: '', version: opset }] })).finish();
}

const bytesOf = (data: Float32Array | BigInt64Array | Int32Array): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

export const floats = (name: string, dims: number[], data: Float32Array): TensorMessage => ({ name, dims, data_type: 1, raw_data: bytesOf(data) });
export const longs = (name: string, data: readonly number[]): TensorMessage => ({ name, dims: [data.length], data_type: 7, raw_data: bytesOf(BigInt64Array.from(data, BigInt)) });
export const ints32 = (name: string, data: readonly number[]): TensorMessage => ({ name, dims: [data.length], data_type: 6, raw_data: bytesOf(Int32Array.from(data)) });

const text = new TextEncoder();

/** An attribute by the type of its value; integers, unless a number has a fraction or the name is a float's. */
export function attribute(name: string, value: number | string | number[] | string[] | TensorMessage | GraphMessage): AttributeMessage {
  if (typeof value === 'string') return { name, type: 3, s: text.encode(value) };
  if (typeof value === 'number') return name === 'clip' ? { name, type: 1, f: value } : { name, type: 2, i: value };
  if (Array.isArray(value)) {
    if (typeof value[0] === 'string') return { name, type: 8, strings: value.map(v => text.encode(String(v))) };
    return /alpha|beta|floats/.test(name) ? { name, type: 6, floats: value } : { name, type: 7, ints: value };
  }
  return 'node' in value ? { name, type: 5, g: value } : { name, type: 4, t: value };
}

export const node = (op_type: string, input: string[], output: string[], attributes: Record<string, Parameters<typeof attribute>[1]> = {}, name = ''): NodeMessage =>
  ({ op_type, input, output, name, attribute: Object.entries(attributes).map(([key, value]) => attribute(key, value)) });

export const value = (name: string, dims: (number | string)[], elem_type = 1): ValueMessage =>
  ({ name, type: { tensor_type: { elem_type, shape: { dim: dims.map(d => (typeof d === 'number' ? { dim_value: d } : { dim_param: d })) } } } });
