"""What every Keras layer becomes: the match from its class to what reads it."""

from __future__ import annotations

import re

from cnncalc.importers.keras import activation, arranging, costly, merging, pooling, sliding
from cnncalc.importers.keras import normalization as norm
from cnncalc.importers.keras.build import Tensor
from cnncalc.importers.keras.making import Making
from cnncalc.importers.keras.operations import operation
from cnncalc.importers.keras.own import PACKAGE, own_layer

_RANKED = re.compile(r"(.+?)([123])D(Transpose)?")
_MERGES = {
    "Add": "add",
    "Subtract": "subtract",
    "Multiply": "multiply",
    "Average": "average",
    "Maximum": "maximum",
}
# nothing happens in these at inference
_IDENTITIES = {
    *("Identity", "GaussianNoise", "GaussianDropout", "AlphaDropout", "ActivityRegularization"),
    *("RandomFlip", "RandomRotation", "RandomZoom", "RandomTranslation", "RandomContrast"),
    *("RandomBrightness", "RandomShear", "RandomHue", "RandomSaturation", "RandomColorJitter"),
    *("RandomSharpness", "RandomGrayscale", "RandomInvert", "RandomPosterization"),
    *("RandomErasing", "RandomGaussianBlur", "RandomPerspective", "RandomElasticTransform"),
    *("RandomColorDegeneration", "RandAugment", "AugMix", "CutMix", "MixUp"),
}
_QUANTIZED = ("int8_from", "int4", "float8_from", "gptq")  # policies with other weights
# layers of other packages whose names and configurations are well known
_WELL_KNOWN = {
    "LayerScale": {"init_values", "projection_dim"},
    "StochasticDepth": {"drop_path_rate"},
    "DropPath": {"rate"},
}


def make(making: Making) -> list[Tensor]:
    """The results of one call of a Keras layer."""
    config = making.config
    module = str(config.data.get("module", ""))
    if config.package == PACKAGE:
        return own_layer(making)
    if config.package:
        return _foreign(making)
    if config.dtype().startswith(_QUANTIZED):
        return [making.opaque(f"{config.kind}, quantised")]
    if ".ops." in module:
        return operation(making, config.kind)
    if config.kind in ("TFOpLambda", "SlicingOpLambda"):
        return operation(making, config.word("function"))
    match = _RANKED.fullmatch(config.kind)
    made = None
    if match is not None:
        made = _ranked(making, match[1] + (match[3] or ""), int(match[2]))
    made = made or _weighed(making) or _plain(making) or _merged(making)
    return [made] if made is not None else _costly(making)


def _foreign(making: Making) -> list[Tensor]:
    """A layer of some other package: opaque, but for a few that are well known."""
    keys = _WELL_KNOWN.get(making.config.kind)
    if keys is not None and keys <= making.config.values.keys():
        made = _weighed(making) or _plain(making)
        if made is not None:
            return [made]
    return costly.unknown_layer(making)


def _ranked(making: Making, family: str, rank: int) -> Tensor | None:
    """Layers that are there for one, two and three axes."""
    match family:
        case "Conv":
            return sliding.convolution(making, rank)
        case "DepthwiseConv":
            return sliding.depthwise(making, rank)
        case "SeparableConv":
            return sliding.separable(making, rank)
        case "ConvTranspose":
            return sliding.transposed(making, rank)
        case "MaxPooling":
            return pooling.pooling(making, "max_pool", rank)
        case "AveragePooling":
            return pooling.pooling(making, "avg_pool", rank)
        case "GlobalMaxPooling":
            return pooling.whole_map(making, "global_max_pool")
        case "GlobalAveragePooling":
            return pooling.whole_map(making, "global_avg_pool")
        case "AdaptiveMaxPooling":
            return pooling.adaptive(making, "adaptive_max_pool", rank)
        case "AdaptiveAveragePooling":
            return pooling.adaptive(making, "adaptive_avg_pool", rank)
        case "ZeroPadding":
            return arranging.pad(making, rank)
        case "Cropping":
            return arranging.crop(making, rank)
        case "UpSampling":
            return arranging.upsampling(making, rank)
        case "SpatialDropout":
            return _dropout(making, "spatial_dropout")
        case "ConvLSTM":
            return costly.convolutional_lstm(making, rank)
        case _:
            return None


def _weighed(making: Making) -> Tensor | None:
    """Layers with weights, and normalisations."""
    match making.config.kind:
        case "Dense":
            return sliding.dense(making)
        case "BatchNormalization" | "BatchNormalizationV1" | "SyncBatchNormalization":
            return norm.batch_norm(making)
        case "LayerNormalization":
            return norm.layer_norm(making)
        case "GroupNormalization":
            return norm.group_norm(making)
        case "UnitNormalization":
            return norm.unit_norm(making)
        case "RMSNormalization":
            return norm.rms_norm(making)
        case "Normalization":
            return norm.input_normalization(making)
        case "Rescaling":
            return norm.rescaling(making)
        case "LayerScale":
            return norm.layer_scale(making)
        case "PReLU":
            return activation.prelu(making)
        case _:
            return None


def _plain(making: Making) -> Tensor | None:
    """Layers without weights that read one thing."""
    config = making.config
    match config.kind:
        case "Activation" | "ReLU" | "LeakyReLU" | "ELU" | "Softmax" | "ThresholdedReLU":
            return activation.activation_layer(making)
        case "Dropout":
            return _dropout(making, "dropout")
        case "StochasticDepth":
            return _dropout(making, "drop_path", "drop_path_rate")
        case "DropPath":
            return _dropout(making, "drop_path")
        case "Flatten":
            return arranging.flatten(making)
        case "Reshape":
            return arranging.reshape(making, config.get("target_shape"))
        case "Permute":
            return arranging.permute(making, config.get("dims"))
        case "RepeatVector":
            return arranging.repeat(making)
        case "Resizing":
            return arranging.resizing(making)
        case "CenterCrop":
            return arranging.center_crop(making)
        case "InputLayer":
            return making.add("identity")
        case kind if kind in _IDENTITIES:
            return making.add("identity")
        case _:
            return None


def _merged(making: Making) -> Tensor | None:
    """Layers that read several things."""
    kind = making.config.kind
    match kind:
        case "Concatenate":
            return merging.concatenate(making, making.inputs, making.config.get("axis", -1))
        case "Minimum":
            return merging.minimum(making, making.inputs)
        case "CustomScaleLayer" if len(making.inputs) == 2:
            return merging.residual_scale(making)
        case _ if kind in _MERGES and making.inputs:
            return merging.merge(making, _MERGES[kind], making.inputs)
        case _:
            return None


def _costly(making: Making) -> list[Tensor]:
    """Layers that no op covers."""
    match making.config.kind:
        case "LSTM" | "GRU" | "SimpleRNN" | "CuDNNLSTM" | "CuDNNGRU" | "Bidirectional":
            return costly.recurrent(making)
        case "MultiHeadAttention":
            return costly.attention(making)
        case "Embedding":
            return [costly.embedding(making)]
        case "EinsumDense":
            return [costly.einsum_dense(making)]
        case "Lambda":
            return [_lambda(making)]
        case "Masking":
            return [making.unchanged()]
        case _:
            return costly.unknown_layer(making)


def _lambda(making: Making) -> Tensor:
    """Code, which is not run; its output shape is the one that it declares, if it does."""
    shape = making.config.get("output_shape", None)
    is_shape = isinstance(shape, list) and all(type(size) is int and size > 0 for size in shape)
    return making.opaque(shape=tuple(shape) if is_shape else None)


def _dropout(making: Making, op: str, key: str = "rate") -> Tensor:
    """Dropout of values, channels or paths; at inference even one that drops all does nothing."""
    config, x = making.config, making.x
    rate = config.number(key if key in config.values else "rate", 0.5)
    if not 0 <= rate <= 1:
        config.wrong(key, "from 0 to 1", rate)
    if rate == 1 or (op == "spatial_dropout" and x.rank == 1):
        return making.add("identity")
    noise = config.get("noise_shape", None)
    if op == "dropout" and isinstance(noise, list) and len(noise) > 1 and noise[0] is None:
        op = "drop_path" if all(size == 1 for size in noise[1:]) else op
    return making.add(op, {"rate": rate})
