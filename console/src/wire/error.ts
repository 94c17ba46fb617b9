/**
 * Why bytes from a peer are not a message, mirroring `engine/wire/src/error.rs`.
 *
 * Decoders throw nothing else, whatever the bytes; whoever reads a stream catches it and closes the link.
 *
 * @module
 */
import { CloseCode } from "./close.ts";

export type DecodeFault = "truncated" | "trailing" | "unknown" | "overLimit" | "contradiction" | "notText";

export class DecodeError extends Error {
  override readonly name = "DecodeError";
  readonly fault: DecodeFault;

  private constructor(fault: DecodeFault, message: string) {
    super(message);
    this.fault = fault;
  }

  static truncated(wanted: number, found: number): DecodeError {
    return new DecodeError("truncated", `message ends early: wanted ${wanted} bytes, found ${found}`);
  }

  static trailing(bytes: number): DecodeError {
    return new DecodeError("trailing", `${bytes} bytes follow the message`);
  }

  static unknown(field: string, got: number): DecodeError {
    return new DecodeError("unknown", `unknown ${field} 0x${got.toString(16).padStart(2, "0")}`);
  }

  static overLimit(field: string, got: number | bigint, limit: number): DecodeError {
    return new DecodeError("overLimit", `${field} is ${got}, the limit is ${limit}`);
  }

  static contradiction(what: string): DecodeError {
    return new DecodeError("contradiction", what);
  }

  static notText(field: string): DecodeError {
    return new DecodeError("notText", `${field} is not UTF-8`);
  }

  /** The application close code that this error is answered with. */
  get closeCode(): CloseCode {
    switch (this.fault) {
      case "overLimit":
        return CloseCode.OverLimit;
      case "unknown":
        return CloseCode.Unknown;
      default:
        return CloseCode.Malformed;
    }
  }
}
