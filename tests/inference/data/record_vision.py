#!/usr/bin/env python3
"""Records what the reference's networks that look at pictures compute at toy size, for tests/inference/vision. Weights are
drawn as record_networks.py draws them: only shapes and outputs are recorded, of large outputs every so many values.

usage: python record_vision.py COMFYUI_FOLDER [CASE...] > vision.json     (with ComfyUI's Python environment)
"""
import json
import math
import sys

sys.path.insert(0, sys.argv[1])
wanted, sys.argv = sys.argv[2:], ["record", "--cpu"]
import comfy.options

comfy.options.enable_args_parsing()
import torch
import comfy.ops
from comfy.background_removal import birefnet
from comfy.ldm.depth_anything_3 import model as depth_anything
from comfy.ldm.moge import geometry as moge_geometry, model as moge_model, modules as moge_modules, panorama as moge_panorama
from comfy.ldm.modules import sdpose
from comfy.ldm.rt_detr import rtdetr_v4
from comfy.ldm.seedvr import model as seedvr_model, vae as seedvr_vae
from comfy.ldm.sam3 import detector as sam3_detector, sam as sam3, tracker as sam3_tracker
from comfy_extras.frame_interpolation_models import film_net, ifnet



def bilinear(x, rows, columns):
    """x [channels, h, w] read at rows and columns [...]; nothing is outside."""
    height, width = x.shape[1:]
    low_row, low_column = rows.floor(), columns.floor()
    total = 0
    for row, share_down in ((low_row, low_row + 1 - rows), (low_row + 1, rows - low_row)):
        for column, share_across in ((low_column, low_column + 1 - columns), (low_column + 1, columns - low_column)):
            inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
            cell = x[:, row.clamp(0, height - 1).long(), column.clamp(0, width - 1).long()]
            total = total + cell * (share_down * share_across * inside)
    return total


def deform_conv2d(input, offset, weight, bias, padding, mask, stride):
    """torchvision's, whose compiled operators need not be there."""
    taps, (batch, _, height, width) = weight.shape[2] * weight.shape[3], input.shape
    rows, columns = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    read = [[bilinear(input[b], rows + t // weight.shape[3] - weight.shape[2] // 2 + offset[b, 2 * t],
                      columns + t % weight.shape[3] - weight.shape[3] // 2 + offset[b, 2 * t + 1]) * mask[b, t]
             for t in range(taps)] for b in range(batch)]
    return torch.einsum("btcyx,oct->boyx",
                        torch.stack([torch.stack(r) for r in read]), weight.flatten(2))


def roi_align(input, boxes, side):
    """torchvision's, not aligned, with about one sample a cell."""
    pooled = []
    for picture, own in zip(input, boxes):
        height, width = picture.shape[1:]
        for x1, y1, x2, y2 in own.tolist():
            across, down = max(x2 - x1, 1.0) / side, max(y2 - y1, 1.0) / side
            n_across, n_down = math.ceil(across), math.ceil(down)
            ys = torch.tensor([y1 + down * (i + (k + 0.5) / n_down) for i in range(side) for k in range(n_down)])
            xs = torch.tensor([x1 + across * (i + (k + 0.5) / n_across) for i in range(side) for k in range(n_across)])
            known = ((ys >= -1) & (ys <= height))[:, None] & ((xs >= -1) & (xs <= width))[None]
            grid = bilinear(picture, ys.clamp(0, height - 1)[:, None].expand(-1, len(xs)),
                            xs.clamp(0, width - 1)[None].expand(len(ys), -1)) * known
            pooled.append(grid.unflatten(1, (side, n_down)).unflatten(3, (side, n_across)).mean((2, 4)))
    return torch.stack(pooled)


birefnet.deform_conv2d, sam3_detector.roi_align = deform_conv2d, roi_align
OPS = {"device": None, "dtype": torch.float32, "operations": comfy.ops.disable_weight_init}
LEFT_OUT = ("relative_position_index", "anchors", "valid_mask", "num_batches_tracked", "num_points_scale")


def floats(tensor, most=400):
    flat = tensor.detach().flatten()
    step = max(1, len(flat) // most)
    return {"shape": list(tensor.shape), "step": step, "values": [float(f"{v:.6g}") for v in flat[::step].tolist()]}


def draw(shape, seed):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def picture(shape):
    return torch.rand(shape, generator=torch.Generator().manual_seed(1000))


def fill(module):
    state = module.state_dict()
    names = sorted(name for name in state if not name.endswith(LEFT_OUT))
    for index, name in enumerate(names):
        value = state[name]
        drawn = draw(value.shape, index)
        if value.ndim > 1:
            state[name] = drawn / math.sqrt(math.prod(value.shape[1:]))
        else:
            state[name] = drawn * 0.1 + (1.0 if name.endswith((".weight", "running_var")) else 0.0)
    module.load_state_dict(state)
    module.eval()
    return {name: list(state[name].shape) for name in names}


def bare(kind):
    made = kind.__new__(kind)
    torch.nn.Module.__init__(made)
    return made


def background():
    net = bare(birefnet.BiRefNet)
    net.bb = birefnet.SwinTransformer(embed_dim=8, depths=[2, 1, 2, 1], num_heads=[1, 2, 2, 4], window_size=4, **OPS)
    channels = [128, 64, 32, 16]
    net.squeeze_module = torch.nn.Sequential(birefnet.BasicDecBlk(240, 128, **OPS))
    net.decoder = birefnet.Decoder(channels, **OPS)
    shapes = fill(net)
    return {"shapes": shapes, "x": [1, 3, 128, 192], "out": floats(net(picture([1, 3, 128, 192])))}


def film():
    net = film_net.FILMNet(filters=4, flow_filters=(4, 6, 8, 8))
    shapes = fill(net)
    frames = picture([2, 3, 128, 72])
    return {"shapes": shapes, "x": [2, 3, 128, 72],
            "out": floats(net.forward_multi_timestep(frames[:1], frames[1:], [0.25, 0.5]))}


def rife():
    net = ifnet.IFNet(head_ch=4, channels=(16, 12, 8, 8, 8))
    shapes = fill(net)
    frames = picture([2, 3, 64, 128])
    outs = [net(frames[:1], frames[1:], torch.full((1, 1, 64, 128), t)) for t in (0.25, 0.5)]
    return {"shapes": shapes, "x": [2, 3, 64, 128], "out": floats(torch.cat(outs))}


def detection():
    rtdetr_v4.HGNetv2._STAGE_CFGS = [[64, 8, 16, 1, False, False, 3, 2], [16, 8, 24, 1, True, False, 3, 2],
                                     [24, 8, 32, 2, True, True, 5, 2], [32, 8, 40, 1, True, True, 5, 2]]
    net = bare(rtdetr_v4.RTv4)
    net.backbone = rtdetr_v4.HGNetv2(**OPS)
    net.encoder = rtdetr_v4.HybridEncoder((24, 32, 40), hidden_dim=64, dim_feedforward=48,
                                          eval_spatial_size=(128, 128), **OPS)
    net.decoder = rtdetr_v4.DFINETransformer(80, 64, 300, [64] * 3, dim_feedforward=48, num_layers=2,
                                             eval_spatial_size=(128, 128), **OPS)
    shapes = fill(net)
    out = net._forward(picture([1, 3, 128, 128]))
    return {"shapes": shapes, "x": [1, 3, 128, 128], "logits": floats(out["pred_logits"]),
            "boxes": floats(out["pred_boxes"])}


def depth(kind):
    depth_anything._BACKBONE_PRESETS["vits"] = dict(hidden_size=128, num_hidden_layers=12, num_attention_heads=2,
                                                    use_swiglu_ffn=kind == "mono")
    scene = dict(alt_start=4, qknorm_start=4, rope_start=4, cat_token=True, head_type="dualdpt", head_dim_in=256,
                 head_output_dim=2, head_use_sky_head=False, has_cam_dec=True)
    mono = dict(head_dim_in=128)
    net = depth_anything.DepthAnything3Net("vits", (5, 7, 9, 11), head_features=16, head_out_channels=(8, 12, 16, 16),
                                           **(mono if kind == "mono" else scene), **OPS)
    shapes = fill(net)
    x = draw([1 if kind == "mono" else 4, 3, 28, 42], 1000)
    out = net(x.unsqueeze(0), use_ray_pose=False)
    record = {"shapes": shapes, "x": list(x.shape), "depth": floats(out["depth"])}
    if kind == "mono":
        return record | {"sky": floats(out["sky"])}
    net.head.enable_aux = True
    feats, _ = net.backbone.get_intermediate_layers_da3(x.unsqueeze(0), net.out_layers)
    rays = net.head(feats, H=28, W=42)
    return record | {"confidence": floats(out["depth_conf"]), "extrinsics": floats(out["extrinsics"]),
                     "intrinsics": floats(out["intrinsics"]), "rays": floats(rays["ray"])}


def things(kind):
    """The parts of SAM 3 on a picture of 8 by 8 patches."""
    detector = bare(sam3_detector.SAM3Detector)
    detector.scalp = 0 if kind == "SAM31" else 1
    vision = sam3.SAM3VisionBackbone(embed_dim=128, d_model=64, multiplex=kind == "SAM31", img_size=112, depth=9,
                                     global_att_blocks=(7,), pretrain_img_size=56, **OPS)
    for block in vision.trunk.blocks:
        block.attn.num_heads, block.attn.head_dim = 2, 64
    vision.trunk.freqs_cis = sam3.rope_2d(8, 8, 64, scale_pos=4 / 8)
    vision.trunk.freqs_cis_window = sam3.rope_2d(24, 24, 64)
    resizer = torch.nn.Linear(32, 64)
    detector.backbone = torch.nn.ModuleDict({"vision_backbone": vision,
                                             "language_backbone": torch.nn.ModuleDict({"resizer": resizer})})
    detector.transformer = sam3_detector.Transformer(64, 8, 48, 2, 2, 10, **OPS)
    detector.segmentation_head = sam3_detector.SegmentationHead(64, **OPS)
    detector.geometry_encoder = sam3_detector.GeometryEncoder(64, num_layers=2, **OPS)
    detector.dot_prod_scoring = sam3_detector.DotProductScoring(64, **OPS)
    net = bare(sam3_detector.SAM3Model)
    net.detector, net.tracker = detector, bare(torch.nn.Module)
    prefix = "interactive_" if kind == "SAM31" else ""
    decoder, prompts = sam3_tracker.SAMMaskDecoder(64, **OPS), sam3_tracker.SAMPromptEncoder(64, (8, 8), (112, 112), **OPS)
    setattr(net.tracker, prefix + "sam_mask_decoder", decoder)
    setattr(net.tracker, prefix + "sam_prompt_encoder", prompts)
    memory = "interactivity_no_mem_embed" if kind == "SAM31" else "no_mem_embed"
    setattr(net.tracker, memory, torch.nn.Parameter(torch.zeros(1, 1, 64)))
    net.tracker._forward_sam_heads = lambda backbone_features, point_inputs=None, mask_inputs=None, box_inputs=None, \
        high_res_features=None, multimask_output=False: sam3_tracker.forward_sam_heads(
            backbone_features, prompts, decoder, torch.nn.Identity(), lambda pointer, _: pointer, 112, point_inputs, mask_inputs,
            box_inputs, high_res_features, multimask_output)
    shapes = fill(net)
    x, text = picture([1, 3, 112, 112]), draw([1, 5, 32], 1001)
    boxes = torch.tensor([[[0.4, 0.5, 0.3, 0.6], [0.7, 0.2, 0.2, 0.1]]])
    mask = torch.tensor([[1, 1, 1, 0, 0]])
    found = detector(x, text_embeddings=text, text_mask=mask, boxes=boxes)
    by_text = detector(x, text_embeddings=text, text_mask=mask)
    point = {"point_coords": torch.tensor([[[40.0, 60.0]]]), "point_labels": torch.tensor([[1]], dtype=torch.int32)}
    points = {"point_coords": torch.tensor([[[40.0, 60.0], [90.0, 20.0]]]),
              "point_labels": torch.tensor([[1, 0]], dtype=torch.int32)}
    one = net.forward_segment(x, point_inputs=point)
    return {"shapes": shapes, "x": [1, 3, 112, 112], "text": [1, 5, 32],
            "boxes": floats(found["boxes"]), "scores": floats(found["scores"]), "masks": floats(found["masks"]),
            "text_boxes": floats(by_text["boxes"]), "text_scores": floats(by_text["scores"]),
            "of_point": floats(one), "of_points": floats(net.forward_segment(x, point_inputs=points)),
            "of_box": floats(net.forward_segment(x, box_inputs=torch.tensor([[[20.0, 30.0], [80.0, 100.0]]]))),
            "of_mask": floats(net.forward_segment(x, mask_inputs=one))}


def moge(version):
    backbone = {"hidden_size": 128, "num_attention_heads": 2, "num_hidden_layers": 4, "layer_norm_eps": 1e-6,
                "use_swiglu_ffn": False}
    if version == 1:
        moge_modules.HeadV1.DIM_PROJ = 24
        net = moge_model.MoGeModelV1(backbone, dim_upsample=[16, 12, 8], num_res_blocks=1, **OPS)
    else:
        stack = dict(dim_in=[26, 2, 2, 2, 2], dim_res_blocks=[24, 16, 12, 8, 8], num_res_blocks=[1, 2, 1, 1, 0],
                     resamplers=["conv_transpose", "bilinear", "conv_transpose", "bilinear"])
        head = dict(dim_in=[24, 16, 12, 8, 8], dim_res_blocks=[16, 12, 8, 8, 8], num_res_blocks=[1, 0, 0, 0, 1],
                    resamplers=["bilinear"] * 4, res_block_in_norm="none", res_block_hidden_norm="none")
        outs = lambda last: [None] * 4 + [last]
        net = moge_model.MoGeModelV2(dict(backbone=backbone, intermediate_layers=[0, 1, 2, 3], dim_out=24),
                                     stack | {"dim_out": [None] * 5}, head | {"dim_out": outs(3)},
                                     head | {"dim_out": outs(1)}, {"dims": [128, 16, 1]}, head | {"dim_out": outs(3)}, **OPS)
    shapes = fill(net)
    x = picture([1, 3, 40, 60])
    out = net(x, num_tokens=20)
    record = {"shapes": shapes, "x": [1, 3, 40, 60], "points": floats(out["points"]), "mask": floats(out["mask"])}
    if version == 2:
        record |= {"normals": floats(out["normal"]), "scale": floats(out["metric_scale"])}
    return record


def camera():
    uv = moge_geometry.normalized_view_plane_uv(64, 48)
    depth = 2 + 0.3 * draw([48, 64], 1000)
    points = torch.cat([uv * depth[..., None] / 0.9, depth[..., None] - 0.5], -1)
    mask = draw([48, 64], 1001) > -1
    focal, shift = moge_geometry.recover_focal_shift(points, mask)
    _, given = moge_geometry.recover_focal_shift(points, mask, focal=torch.tensor([0.8]))
    return {"camera": [focal.item(), shift.item(), given.item()]}


def panorama():
    """One level and two, of views that do not fit each other well."""
    distances = (1 + draw([12, 24, 24], 1000).abs()).numpy()
    masks = (draw([12, 24, 24], 1001) > -1.5).numpy()
    cameras, lenses = moge_panorama.get_panorama_cameras()
    views = moge_panorama.split_panorama_image(picture([3, 16, 32]), cameras, lenses, 8)
    found = {"views": floats(views)}
    for name, height, width in (("small", 40, 80), ("large", 150, 300)):
        depth, mask = moge_panorama.merge_panorama_depth(width, height, list(distances), list(masks), list(cameras), lenses)
        found |= {name: floats(torch.from_numpy(depth)), name + "_covered": int(mask.sum())}
    return found


def surface():
    points = draw([9, 11, 3], 1000)
    points[2, 3] = float("inf")
    found = {}
    for name, settings in (("whole", dict(discontinuity_threshold=0)),
                           ("thinned", dict(discontinuity_threshold=0.45, decimation=2))):
        depth = 8 + draw([9, 11], 1001)
        vertices, faces, uvs = moge_geometry.triangulate_grid_mesh(points, depth=depth, **settings)
        found[name] = {"vertices": vertices.tolist(), "faces": faces.tolist(), "uvs": uvs.tolist()}
    return found


def restoration(kind):
    sizes = dict(vid_dim=256, heads=2, num_layers=4, norm_eps=1e-5, txt_in_dim=32, mm_layers=2)
    if kind == "3b":
        sizes |= dict(mlp_type="swiglu", vid_out_norm=True)
    net = seedvr_model.NaDiT(**sizes, **OPS)
    net.positive_conditioning, net.negative_conditioning = torch.zeros(3, 32), torch.zeros(4, 32)
    shapes = fill(net)
    x, condition, text = draw([1, 16, 3, 12, 8], 1000), draw([1, 17, 3, 12, 8], 1001), draw([1, 5, 32], 1002)
    out = net(x, torch.tensor([700.0]), text, condition=condition, transformer_options={"cond_or_uncond": [0]})
    return {"shapes": shapes, "x": [1, 16, 3, 12, 8], "condition": [1, 17, 3, 12, 8], "text": [1, 5, 32],
            "out": floats(out)}


def restoration_vae():
    seedvr_vae.BYTEDANCE_BLOCK_OUT_CHANNELS = (32, 32, 64, 64)
    net = seedvr_vae.VideoAutoencoderKLWrapper()
    shapes = fill(net)
    x, z = picture([1, 3, 9, 32, 48]) * 2 - 1, draw([1, 16, 3, 4, 6], 1001)
    tiled = net.encode_tiled(x[:, :, :1], tile_x=32, tile_y=32, overlap=16)
    return {"shapes": shapes, "x": [1, 3, 9, 32, 48], "z": [1, 16, 3, 4, 6],
            "encoded": floats(net.comfy_format_encoded(net.encode(x))), "decoded": floats(net.decode(z)),
            "encoded_in_tiles": floats(net.comfy_format_encoded(tiled)),
            "decoded_in_tiles": floats(net.decode_tiled(z[:, :, :1], tile_x=4, tile_y=4, overlap=2))}


def pose():
    head = sdpose.HeatmapHead(in_channels=24, out_channels=5, input_size=(64, 96), deconv_out_channels=(24,),
                              conv_out_channels=(24,), device=None, dtype=torch.float32,
                              operations=comfy.ops.disable_weight_init)
    shapes = fill(head)
    x = draw([1, 24, 12, 8], 1000)
    maps = head.final_layer(head.conv_layers(head.deconv_layers(x)))
    points, scores = head(x)
    return {"shapes": shapes, "x": [1, 24, 12, 8], "maps": floats(maps), "points": points[0].tolist(),
            "scores": scores[0].tolist()}


CASES = {"birefnet": background, "film": film, "rife": rife, "rt_detr": detection, "depth_mono": lambda: depth("mono"),
         "depth_scene": lambda: depth("scene"), "sam3": lambda: things("SAM3"), "sam31": lambda: things("SAM31"), "moge1": lambda: moge(1), "moge2": lambda: moge(2),
         "camera": camera, "panorama": panorama, "surface": surface,
         "seedvr": lambda: restoration("3b"), "seedvr_vae": restoration_vae, "pose": pose}
CASES = {name: case for name, case in CASES.items() if not wanted or name in wanted}
with torch.no_grad():
    json.dump({name: case() for name, case in CASES.items()}, sys.stdout, separators=(",", ":"))
print()
