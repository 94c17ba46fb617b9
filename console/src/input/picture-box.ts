/**
 * Where the picture lies on the stage, in CSS pixels that fall on whole device pixels. Pure.
 *
 * @module
 */
import type { Extent } from "../wire/screen/grid.ts";
import type { Box } from "./pointer.ts";

export type Scale = "scaled" | "actual";

/**
 * Scaled: as large as the stage allows. Actual: exactly one picture pixel for a device pixel, and the stage
 * scrolls. The picture is centred where it is smaller than the stage.
 */
export function pictureBox(picture: Extent, stage: Extent, devicePixelRatio: number, scale: Scale): Box {
  const stageWidth = Math.floor(stage.width * devicePixelRatio);
  const stageHeight = Math.floor(stage.height * devicePixelRatio);
  const whole = Math.min(stageWidth / picture.width, stageHeight / picture.height);
  const factor = scale === "actual" ? 1 : whole;
  const width = Math.max(1, Math.floor(picture.width * factor));
  const height = Math.max(1, Math.floor(picture.height * factor));
  return {
    left: Math.max(0, Math.floor((stageWidth - width) / 2)) / devicePixelRatio,
    top: Math.max(0, Math.floor((stageHeight - height) / 2)) / devicePixelRatio,
    width: width / devicePixelRatio,
    height: height / devicePixelRatio,
  };
}
