/**
 * A channel as messages of a tool: what panels of system information, clipboard and actions speak.
 *
 * @module
 */
import type { DescMessage, MessageInitShape, MessageShape } from "@bufbuild/protobuf";

import { encodeTool, ToolReader } from "../wire/tools.ts";
import type { Channel, ChannelEnd } from "./channel.ts";

export class ToolTalk<To extends DescMessage, From extends DescMessage> {
  readonly #channel: Channel;
  readonly #to: To;
  readonly #from: From;

  constructor(channel: Channel, to: To, from: From) {
    this.#channel = channel;
    this.#to = to;
    this.#from = from;
  }

  /** Resolves when the stream has ended; never rejects. */
  get ended(): Promise<ChannelEnd> {
    return this.#channel.ended;
  }

  /** Says something; resolves when there is room for more. */
  say(message: MessageInitShape<To>): Promise<void> {
    return this.#channel.write(encodeTool(this.#to, message));
  }

  /** What is said, message by message, to the end. Throws a `DecodeError` on what is none, and gives the stream up. */
  async *heard(): AsyncGenerator<MessageShape<From>> {
    const reader = new ToolReader(this.#from);
    try {
      for await (const piece of this.#channel) {
        yield* reader.push(piece);
      }
    } catch (error) {
      this.#channel.close();
      throw error;
    }
  }

  /** Gives the stream up; what runs on it ends. */
  close(): void {
    this.#channel.close();
  }
}
