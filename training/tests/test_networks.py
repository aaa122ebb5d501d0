"""Every network: its shape, its size where the documents print one, a step, and the same result in ONNX Runtime."""

import warnings

import numpy as np
import onnxruntime
import pytest
import torch
from torch import nn

from opacity_training import networks
from opacity_training.networks import KINDS, build, parameters
from opacity_training.strict import ConfigError

TINY = [[4], [8], [8], [16], [16]]  # a VGG of one convolution a stage

# kind, small parameters, input [channels, (z,) y, x]
SMALL = {
    "basic-unet": ("basic-unet", {"features": [4, 4, 8, 8, 16, 4]}, (1, 32, 32)),
    "basic-unet-3d": ("basic-unet", {"features": [4, 4, 8, 8, 16, 4]}, (1, 16, 32, 32)),
    "keras-unet": ("keras-unet", {"features": [4, 8, 8, 16, 16]}, (1, 32, 32)),
    "miscnn-unet": ("miscnn-unet", {"n_filters": 4, "depth": 3}, (1, 32, 32)),
    "miscnn-unet-3d": ("miscnn-unet", {"n_filters": 4, "depth": 3}, (1, 16, 32, 32)),
    "valid-unet": ("valid-unet", {"features": [4, 8, 8]}, (1, 32, 32)),
    "fv-unet": ("fv-unet", {"features": [4, 8, 8, 16, 16]}, (1, 8, 32, 32)),
    "fv-unet-ce": ("fv-unet", {"features": [4, 8, 8, 16, 16], "feature_variation": "ce"}, (1, 8, 32, 32)),
    "fv-unet-se-paspp": ("fv-unet", {"features": [4, 8, 8, 16, 16], "feature_variation": "se", "paspp": True}, (1, 8, 32, 32)),
    "fv-unet-deep": (
        "fv-unet",
        {"features": [4, 8, 8, 16, 16], "feature_variation": "se", "paspp": True, "deep_supervision": True},
        (1, 8, 32, 32),
    ),
    "fv-unet-2d": ("fv-unet", {"features": [4, 8, 8, 16, 16], "feature_variation": "se", "paspp": True}, (3, 32, 32)),
    "fcn-8": ("fcn", {"stages": TINY, "head": 16}, (1, 64, 64)),
    "fcn-16": ("fcn", {"stages": TINY, "head": 16, "stride": 16, "batch_norm": True}, (1, 64, 64)),
    "fcn-32": ("fcn", {"stages": TINY, "head": 16, "stride": 32}, (1, 64, 64)),
    "segnet": ("segnet", {"stages": TINY}, (1, 32, 32)),
    "vgg-segnet": ("segnet", {"stages": TINY, "unpool": "upsample"}, (1, 32, 32)),
    "tiramisu": ("tiramisu", {"first": 8, "growth": 4, "blocks": [2, 2], "middle": 2}, (1, 32, 32)),
    "deeplabv3plus": ("deeplabv3plus", {"encoder": "resnet18", "decoder": 16}, (1, 64, 64)),
    "resnet-unet": ("encoder-unet", {"encoder": "resnet18", "decoder": [32, 16, 16, 8, 8]}, (1, 64, 64)),
    "se-resnet-unet": ("encoder-unet", {"encoder": "se_resnet50", "decoder": [32, 16, 16, 8, 8]}, (1, 64, 64)),
    "densenet-unet": ("encoder-unet", {"encoder": "densenet121", "decoder": [32, 16, 16, 8, 8]}, (1, 64, 64)),
    "xception-unet": ("encoder-unet", {"encoder": "xception", "decoder": [32, 16, 16, 8, 8]}, (1, 64, 64)),
    "xception-residual": ("encoder-unet", {"encoder": "xception", "decoder": [16, 16, 8, 8, 8], "residual": True}, (1, 64, 64)),
    "efficientnet-residual": ("encoder-unet", {"encoder": "efficientnet-b0", "decoder": [16, 16, 8, 8, 8], "residual": True}, (1, 64, 64)),
    "efficientnet-unet": ("encoder-unet", {"encoder": "efficientnet-b0", "decoder": [64, 32, 32, 16, 16], "attention": "scse"}, (1, 64, 64)),
    "lecture-resnet50-unet": ("lecture-resnet50-unet", {"decoder": [16, 16, 8, 8]}, (1, 64, 64)),
    "lecture-resnet-se": ("lecture-resnet50-unet", {"decoder": [16, 16, 8, 8], "squeeze_excitation": True}, (1, 64, 64)),
    "inception-unet": ("inception-unet", {"features": [4, 4, 8, 8, 8]}, (1, 32, 32)),
    "dense-inception-unet": ("dense-inception-unet", {"features": [4, 4, 8, 8], "growth": 4, "layers": 2, "middle": 3}, (1, 32, 32)),
    "unet-plus-plus": ("unet-plus-plus", {"features": [4, 4, 8, 8, 16, 4]}, (1, 32, 32)),
    "unet-plus-plus-deep": ("unet-plus-plus", {"features": [4, 4, 8, 8, 16, 4], "deep_supervision": True}, (1, 32, 32)),
    "inf-net": ("inf-net", {"encoder": "resnet18", "channels": 8}, (1, 64, 64)),
}
OUTPUTS = {"fv-unet-deep": 4, "unet-plus-plus-deep": 4, "inf-net": 5}  # while training; the others have one


def make(name: str, out: int = 2):
    kind, args, shape = SMALL[name]
    torch.manual_seed(1)
    return build(KINDS[kind](**args), shape[0], out, len(shape) - 1), torch.rand(2, *shape)


def test_every_kind_is_tested():
    assert {kind for kind, _, _ in SMALL.values()} == set(KINDS) - {"shipped"}  # see test_shipped


@pytest.mark.parametrize("name", SMALL)
def test_a_step_reaches_every_weight(name):
    net, x = make(name)
    out = net.train()(x)
    outs = out if isinstance(out, list) else [out]
    assert len(outs) == OUTPUTS.get(name, 1)
    assert all(o.shape == (2, 2, *x.shape[2:]) for o in outs)
    sum(o.square().mean() for o in outs).backward()
    idle = [n for n, p in net.named_parameters() if p.grad is None or not torch.isfinite(p.grad).all()]
    # The libraries' networks hold layers behind the last tap, and attention where nothing is joined.
    assert not [n for n in idle if not n.startswith(("encoder.", "net.final", "net.upcat", "decoder.blocks.4.attention1"))], idle[:5]


@pytest.mark.parametrize("name", SMALL)
def test_onnx_runtime_agrees(name, tmp_path):
    net, x = make(name)
    with torch.no_grad():  # batch norm away from its start, so that folding it is tested
        net.train()(x)
    net.eval()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(net, (x,), str(tmp_path / "net.onnx"), input_names=["image"], output_names=["logits"], opset_version=17, dynamo=False)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(tmp_path / "net.onnx"), options, providers=["CPUExecutionProvider"])
    (theirs,) = session.run(None, {"image": x.numpy()})
    with torch.no_grad():
        ours = net(x)
    assert np.abs(torch.sigmoid(ours).numpy() - 1 / (1 + np.exp(-theirs))).max() <= 1e-4
    assert np.abs(ours.numpy() - theirs).max() <= 1e-4 * max(1.0, float(ours.abs().max()))


def test_no_network_comes_in_dimensions_it_does_not_have():
    with pytest.raises(ConfigError, match="Tiramisu comes in 2 dimensions, not in 3"):
        build(networks.Tiramisu(), 1, 1, 3)


def test_nothing_is_ever_fetched(monkeypatch):
    """No encoder asks for weights, even where the library would have fetched some by default."""
    import segmentation_models_pytorch as smp

    asked = []
    real = smp.encoders.get_encoder

    def spy(name, *args, weights=None, **kwargs):
        asked.append(weights)
        return real(name, *args, weights=weights, **kwargs)

    def refuse(*args, **kwargs):
        raise AssertionError("something was to be fetched")

    for place in (smp.decoders.unet.model, smp.decoders.deeplabv3.model, smp.encoders):
        monkeypatch.setattr(place, "get_encoder", spy)
    monkeypatch.setattr(torch.hub, "load_state_dict_from_url", refuse)
    monkeypatch.setattr("socket.socket.connect", refuse)
    for name in ("resnet-unet", "se-resnet-unet", "densenet-unet", "xception-unet", "efficientnet-unet", "xception-residual", "deeplabv3plus", "inf-net"):
        make(name)
    assert len(asked) == 8 and set(asked) == {None}
    make("lecture-resnet50-unet"), make("fcn-8")


def shapes(net: nn.Module, *size: int) -> list[tuple]:
    """Output shapes, without the batch, of each convolution, pooling and transposed convolution in the order they run."""
    seen = []
    kinds = (nn.Conv2d, nn.Conv3d, nn.MaxPool2d, nn.MaxPool3d, nn.ConvTranspose2d, nn.ConvTranspose3d)
    for m in net.modules():
        if isinstance(m, kinds):
            m.register_forward_hook(lambda m, i, o: seen.append(tuple(o.shape[1:])))
    net.eval()(torch.zeros(1, *size, device="meta"))
    return seen


def on_paper(spec: object, a: int, b: int, dims: int) -> nn.Module:
    """A network without memory for its weights."""
    with torch.device("meta"):
        return build(spec, a, b, dims)


def test_unet_572_has_the_shapes_of_the_lectures_walk_through():
    net = on_paper(networks.ValidUNet(mirror=False), 3, 2, 2)
    assert shapes(net, 3, 572, 572) == [
        (64, 570, 570), (64, 568, 568), (64, 284, 284), (128, 282, 282), (128, 280, 280), (128, 140, 140),
        (256, 138, 138), (256, 136, 136), (256, 68, 68), (512, 66, 66), (512, 64, 64), (512, 32, 32),
        (1024, 30, 30), (1024, 28, 28),
        (512, 56, 56), (512, 54, 54), (512, 52, 52), (256, 104, 104), (256, 102, 102), (256, 100, 100),
        (128, 200, 200), (128, 198, 198), (128, 196, 196), (64, 392, 392), (64, 390, 390), (64, 388, 388), (2, 388, 388),
    ]  # fmt: skip
    assert net.decode[0][0].conv.in_channels == 1024  # what is joined: 512 cropped and 512 enlarged
    assert net.valid_margin == (572 - 388) // 2


def test_a_mirrored_valid_unet_says_what_the_unpadded_one_says_of_the_same_picture():
    small = {"features": [4, 4, 4]}
    torch.manual_seed(2)
    mirrored = build(networks.ValidUNet(**small), 1, 1, 2).eval()
    plain = build(networks.ValidUNet(mirror=False, **small), 1, 1, 2).eval()
    plain.load_state_dict(mirrored.net.state_dict())
    x = torch.rand(1, 1, 30, 30)
    (top, bottom), margin = mirrored.pads(30), plain.valid_margin
    whole = torch.from_numpy(np.pad(x[0, 0].numpy(), ((top, bottom), (top, bottom)), mode="reflect"))[None, None]
    out = plain(whole)[..., top - margin :, top - margin :][..., :30, :30]
    assert torch.equal(out, mirrored(x))


def test_miscnn_unet_has_the_published_size_and_pyramid():
    net = on_paper(networks.MIScnnUNet(), 1, 4, 3)
    assert parameters(net) == 22_581_316  # published as 22.58 million
    seen = shapes(net, 1, 80, 160, 160)
    for shape in [(32, 80, 160, 160), (64, 40, 80, 80), (128, 20, 40, 40), (256, 10, 20, 20), (512, 5, 10, 10), (4, 80, 160, 160)]:
        assert shape in seen


def test_fv_unet_keeps_two_slices_of_eight_in_the_middle():
    net = on_paper(networks.FVUNet(feature_variation="ce", paspp=True), 1, 1, 3)
    seen = shapes(net, 1, 8, 128, 128)
    assert (512, 2, 8, 8) in seen and seen[-1] == (1, 8, 128, 128)
    ce = net.middle[0].channel.fc  # C -> C/2 -> 1
    assert [(m.in_features, m.out_features) for m in ce if isinstance(m, nn.Linear)] == [(256, 128), (128, 1)]
    se = on_paper(networks.FVUNet(feature_variation="se"), 1, 1, 3).middle[0].channel.fc  # C -> C/2 -> C
    assert [(m.in_features, m.out_features) for m in se if isinstance(m, nn.Linear)] == [(256, 128), (128, 256)]


def test_fcn_has_the_size_of_its_layers():
    vgg = 14_714_688 - 2 * 64 * 9  # torchvision's VGG16 convolutions, with one channel in instead of three
    head = (512 * 49 + 1) * 4096 + (4096 + 1) * 4096 + (4096 + 1) * 3
    scores, ups = (512 + 1) * 3 + (256 + 1) * 3, 3 * 3 * (16 + 16 + 256)
    assert parameters(on_paper(networks.FCN(), 1, 3, 2)) == vgg + head + scores + ups == 134_276_585


def test_fcn_starts_by_interpolating():
    up = networks.vgg.bilinear(1, 2)
    with torch.no_grad():
        assert torch.allclose(up(torch.ones(1, 1, 6, 6))[..., 2:-2, 2:-2], torch.ones(1, 1, 8, 8))


def test_segnet_mirrors_vgg16_and_unpools_where_the_largest_was():
    net = on_paper(networks.SegNet(), 3, 12, 2)
    assert len([m for m in net.modules() if isinstance(m, nn.Conv2d)]) == 26
    assert parameters(net) == pytest.approx(29.46e6, rel=1e-3)
    x = torch.rand(1, 2, 6, 6)
    pooled, index = nn.functional.max_pool2d(x, 2, return_indices=True)
    assert torch.equal(networks.vgg.unpooled(pooled, index, x.shape), nn.functional.max_unpool2d(pooled, index, 2))


def test_tiramisu_has_103_layers():
    net = on_paper(networks.Tiramisu(), 3, 12, 2)
    layers = [m for m in net.modules() if isinstance(m, (nn.Conv2d, nn.ConvTranspose2d))]
    assert len(layers) == 103
    assert parameters(net) == pytest.approx(9.4e6, rel=0.01)  # published as 9.4 million
    assert shapes(net, 3, 224, 224)[-1] == (12, 224, 224)


def test_inception_unet_is_the_lectures_table_1():
    net = on_paper(networks.InceptionUNet(), 3, 1, 2)
    n = lambda m: sum(p.numel() for p in m.parameters())  # noqa: E731
    assert n(net.norm) + sum(b.numel() for b in net.norm.buffers()) == 18
    assert [n(m) for m in net.a] == [1_728, 18_016, 71_872, 287_104]  # 4a is printed as 280,104
    assert [n(m) for m in net.b] == [832, 3_616, 14_400, 57_472]
    assert n(net.middle) == 1_147_648 and n(net.after) == 230_400
    assert [n(m) for m in net.up] == [131_200, 32_832, 8_224, 2_064]
    assert [n(m) for m in net.join] == [1_147_264, 286_912, 71_776, 17_968]
    assert [n(m) for m in net.squeeze] == [82_048, 20_544, 5_152, 1_296]
    assert n(net.head) == 17

    seen = {}
    for name in ("norm", "middle", "after", "head", *(f"{p}.{i}" for p in ("a", "b", "up", "join", "squeeze") for i in range(4))):
        net.get_submodule(name).register_forward_hook(lambda m, i, o, name=name: seen.__setitem__(name, tuple(o.shape[1:])))
    net.eval()(torch.zeros(1, 3, 128, 128, device="meta"))
    rows = {"norm": (3, 128), "middle": (896, 8), "after": (256, 8), "head": (1, 128)}
    for i, (size, f) in enumerate([(128, 16), (64, 32), (32, 64), (16, 128)]):
        rows[f"a.{i}"], rows[f"b.{i}"] = ((51, 112, 224, 448)[i], size), (f, size)
    for i, (size, f) in enumerate([(16, 128), (32, 64), (64, 32), (128, 16)]):
        rows[f"up.{i}"], rows[f"join.{i}"], rows[f"squeeze.{i}"] = (f, size), (5 * f, size), (f, size)
    assert seen == {name: (c, size, size) for name, (c, size) in rows.items()}


def test_hybrid_pooling_keeps_a_constant_and_the_mean():
    x = torch.full((1, 2, 16, 16), 3.0)
    for factor in (1, 2, 16):
        assert torch.allclose(networks.inception.hybrid_pool(x, factor), torch.tensor(3.0), atol=1e-5)
    wave = torch.cos(2 * torch.pi * torch.arange(16) / 16).expand(1, 1, 16, 16)
    low = networks.pooling._low_pass(16, 2)
    assert torch.allclose(wave[0, 0, 0] @ low.T, torch.cos(2 * torch.pi * torch.arange(8) / 8), atol=1e-5)


def test_switch_norm_mixes_three_norms():
    norm = networks.inception.SwitchNorm(3).train()
    x = torch.rand(4, 3, 8, 8) * 5 + 2
    dims = lambda *d: (x.mean(d, keepdim=True), x.var(d, unbiased=False, keepdim=True))  # noqa: E731
    means, variances = zip(dims(2, 3), dims(1, 2, 3), dims(0, 2, 3))
    wanted = (x - sum(means) / 3) / torch.sqrt(sum(variances) / 3 + 1e-5)
    assert torch.allclose(norm(x), wanted, atol=1e-4)


def test_the_lectures_resnet50_unet_joins_what_its_tables_list():
    net = on_paper(networks.LectureResNet50UNet(), 3, 3, 2)
    taken = {}
    net.encoder.register_forward_hook(lambda m, i, o: taken.update({k: tuple(v.shape[1:]) for k, v in o.items()}))
    joined = []
    for stage in net.decode:
        stage.register_forward_hook(lambda m, i, o: joined.append((tuple(i[0].shape[1:]), tuple(o.shape[1:]))))
    assert net.eval()(torch.zeros(1, 3, 256, 256, device="meta")).shape == (1, 3, 256, 256)
    assert list(taken.values()) == [(64, 128, 128), (256, 64, 64), (128, 32, 32), (256, 16, 16), (512, 8, 8)]
    assert joined == [
        ((768, 16, 16), (256, 16, 16)),
        ((384, 32, 32), (128, 32, 32)),
        ((384, 64, 64), (64, 64, 64)),
        ((128, 128, 128), (32, 128, 128)),
    ]


@pytest.mark.parametrize(
    "encoder, wanted",  # of the encoder alone, as its authors or torchvision count it, without the classifier and with one channel in
    [
        ("resnet50", 25_557_032 - 2_049_000 - 2 * 64 * 49),
        ("densenet121", 7_978_856 - 1_025_000 - 2 * 64 * 49),
        ("xception", 22_855_952 - 2_049_000 - 2 * 32 * 9),
        ("efficientnet-b0", 5_288_548 - 1_281_000 - 2 * 32 * 9),
    ],
)
def test_encoders_have_their_known_sizes(encoder, wanted):
    assert parameters(on_paper(networks.EncoderUNet(encoder), 1, 1, 2).encoder) == wanted


def test_dense_inception_unet_has_the_blocks_of_its_paper():
    net = on_paper(networks.DenseInceptionUNet(), 1, 1, 2)
    kinds = lambda blocks: [type(b).__name__ for b in blocks]  # noqa: E731
    assert kinds(net.down) == ["InceptionRes"] * 3 + ["DenseInception"] == kinds(net.up)[::-1]
    assert len(net.shrink) == len(net.grow) == 4
    assert len(net.middle.layers) > len(net.down[-1].layers)
