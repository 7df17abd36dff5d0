#!/usr/bin/env python3
"""Records the surfaces that the reference finds in grids of numbers, how it closes holes and what it makes of textures,
for tests/inference/mesh.

usage: python record_meshes.py COMFYUI_FOLDER > meshes.json     (with ComfyUI's Python environment)
"""
import json
import sys

sys.path.insert(0, sys.argv[1])
sys.argv = ["record", "--cpu"]
import comfy.options

comfy.options.enable_args_parsing()
import torch
from comfy_extras.nodes_hunyuan3d import voxel_to_mesh, voxel_to_mesh_surfnet
from comfy_api.latest import Types
from comfy_extras.nodes_mesh_postprocess import ApplyTextureToMesh, RenderMesh, _uv_render_atlas, fill_holes_v2_fn


def floats(tensor):
    return [float(f"{value:.7g}") for value in tensor.flatten().tolist()]


def grid(shape, seed):
    """Noise, smooth enough for surfaces that hang together."""
    values = torch.rand((1, 1, *shape), generator=torch.Generator().manual_seed(seed))
    return torch.nn.functional.avg_pool3d(values, 3, stride=1, padding=1, count_include_pad=False)[0, 0]


surfaces = []
for function, name in ((voxel_to_mesh, "cubes"), (voxel_to_mesh_surfnet, "net")):
    for shape, threshold in (((5, 6, 7), 0.5), ((6, 4, 4), -0.1), ((4, 4, 4), 0.55)):
        values = grid(shape, len(surfaces))
        vertices, faces = function(values, threshold=threshold)
        surfaces.append({"surface": name, "shape": list(shape), "threshold": threshold, "values": floats(values),
                         "vertices": floats(vertices), "faces": faces.flatten().tolist()})

def sheet(side, missing):
    """A bent sheet of squares, without those in `missing`, every vertex of every face its own where that is -1."""
    rows, columns = torch.meshgrid(torch.arange(side + 1), torch.arange(side + 1), indexing="ij")
    vertices = torch.stack([columns, rows, torch.sin(columns * 0.7) * torch.cos(rows * 0.4)], -1).view(-1, 3) / side
    faces = []
    for row in range(side):
        for column in range(side):
            if (row, column) not in missing:
                a = row * (side + 1) + column
                faces += [[a, a + 1, a + side + 2], [a, a + side + 2, a + side + 1]]
    return vertices.float(), torch.tensor(faces)


holes = []
vertices, faces = sheet(7, {(1, 1), (1, 4), (1, 5), (4, 1), (4, 2), (5, 1), (5, 2), (3, 5), (4, 4), (6, 6)})
soup = vertices[faces.flatten()], torch.arange(faces.numel()).view(-1, 3)
colors = torch.rand(vertices.shape, generator=torch.Generator().manual_seed(5))
for mesh, shades, rim, weld, chains, corners in (((vertices, faces), colors, 2.0, 1e-5, False, 16),
                                                 ((vertices, faces), None, 0.7, 0.0, False, 16),
                                                 ((vertices, faces), colors, 9.0, 0.0, True, 64),
                                                 (soup, None, 2.0, 1e-5, False, 7)):
    out, triangles, painted = fill_holes_v2_fn(*mesh, max_perimeter=rim, colors=shades, weld_epsilon_rel=weld,
                                               fill_chains=chains, max_verts=corners)
    holes.append({"vertices": floats(mesh[0]), "faces": mesh[1].flatten().tolist(), "rim": rim, "weld": weld,
                  "chains": chains, "corners": corners, "colors": [] if shades is None else floats(shades),
                  "out": floats(out), "out_faces": triangles.flatten().tolist(),
                  "out_colors": [] if painted is None else floats(painted)})

vertices, faces = sheet(5, {(2, 2)})
uvs = vertices[:, :2] * torch.tensor([1.5, 0.8]) - 0.1
picture = [torch.rand((1, *size, 3), generator=torch.Generator().manual_seed(seed))
           for seed, size in enumerate([(6, 8), (4, 4), (3, 5), (5, 5)])]
plain = Types.MESH(vertices[None], faces[None], uvs=uvs[None])
painted = ApplyTextureToMesh.execute(plain, picture[0], metallic=picture[1], occlusion=picture[2],
                                     normal_map=picture[3]).args[0]
maps = {"vertices": floats(vertices), "faces": faces.flatten().tolist(), "uvs": floats(uvs),
        "color": floats(picture[0]), "metal": floats(picture[1]), "occlusion": floats(picture[2]),
        "out_uvs": floats(painted.uvs), "tangents": floats(painted.tangents), "normals": floats(painted.normals),
        "surface": floats(painted.metallic_roughness), "surface_shape": list(painted.metallic_roughness.shape[1:])}
painted.vertex_colors = torch.rand((1, len(vertices), 3), generator=torch.Generator().manual_seed(9))
camera = {"position": {"x": 1.4, "y": -0.6, "z": 1.1}, "target": {"x": 0.4, "y": 0.5, "z": 0.0}, "fov": 35.0, "zoom": 1.2}
turn = [{"scale": {"x": 1.1, "y": 0.9, "z": 1.3}, "position": {"x": -0.1, "y": 0.0, "z": 0.2},
         "quaternion": {"x": 0.1, "y": 0.2, "z": -0.15, "w": 0.9624188277}}]
views = []
for mode, info, transform in (("texture", None, None), ("vertex colors", camera, None), ("solid", camera, turn),
                              ("normal", None, turn), ("depth", camera, turn)):
    view, mask = RenderMesh.execute(painted, mode, 24, 16, "#000000", transform, info).args
    views.append({"mode": mode, "camera": info is not None, "placed": transform is not None, "picture": floats(view),
                  "mask": floats(mask)})

# Three charts: the sheet's faces fall apart where vertices are doubled.
charts = torch.cat([vertices[:, :2] * 0.4 + 0.05, vertices[:, :2] * 0.3 + 0.55, vertices[:, [1, 0]] * 0.35 + 0.1])
charts[2 * len(vertices):, 1] += 0.5
chart_faces = torch.cat([faces + i * len(vertices) for i in range(3)])
atlas = {"uvs": floats(charts), "faces": chart_faces.flatten().tolist(),
         "picture": floats(_uv_render_atlas(charts.numpy(), chart_faces.numpy(), 30, torch.device("cpu")))}
json.dump({"surfaces": surfaces, "holes": holes, "maps": maps, "colors": floats(painted.vertex_colors), "views": views,
           "atlas": atlas}, sys.stdout, separators=(",", ":"))
print()
