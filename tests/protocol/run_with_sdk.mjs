// A program as users of @saintno/comfyui-sdk write them: queues a prompt, follows it and fetches the picture.
//   node run_with_sdk.mjs FOLDER-OF-NODE-MODULES SERVER-URL
// Prints one line of JSON: what was heard on the way, and the picture's type and bytes.
import { createRequire } from "node:module";

const [modules, url] = process.argv.slice(2);
const { ComfyApi, CallWrapper, PromptBuilder } = createRequire(`${modules}/`)("@saintno/comfyui-sdk");

// Long enough that the program hears of it while it runs.
const prompt = {
  1: { class_type: "EmptyImage", inputs: { width: 8, height: 8, batch_size: 1, color: 0 } },
  2: { class_type: "ImageScale", inputs: { image: ["1", 0], width: 640, height: 384, upscale_method: "lanczos", crop: "disabled" } },
  3: { class_type: "ImageBlur", inputs: { image: ["2", 0], blur_radius: 20, sigma: 10 } },
  4: { class_type: "ImageScale", inputs: { image: ["3", 0], width: 40, height: 24, upscale_method: "area", crop: "disabled" } },
  5: { class_type: "SaveImage", inputs: { images: ["4", 0], filename_prefix: "sdk" } },
};

const api = new ComfyApi(url).init();
await api.waitForReady();
const builder = new PromptBuilder(prompt, ["width", "height", "color"], ["images"])
  .setInputNode("width", "1.inputs.width")
  .setInputNode("height", "1.inputs.height")
  .setInputNode("color", "1.inputs.color")
  .setOutputNode("images", "5")
  .input("width", 40)
  .input("height", 24)
  .input("color", 0x00ff00);

const heard = [];
const result = await new CallWrapper(api, builder)
  .onPending(() => heard.push("pending"))
  .onStart(() => heard.push("start"))
  .onOutput((name) => heard.push(`output ${name}`))
  .onFinished(() => heard.push("finished"))
  .onFailed((error) => heard.push(`failed: ${error}`))
  .run();
const answer = await fetch(api.getPathImage(result.images.images[0]));
const bytes = Buffer.from(await answer.arrayBuffer());
const nodes = Object.keys(await api.getNodeDefs()).length;
console.log(JSON.stringify({ heard, nodes, type: answer.headers.get("content-type"), picture: bytes.toString("base64") }));
process.exit(0);
