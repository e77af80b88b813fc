"""Well-known architectures beyond the zoo, in excerpts that keep what a rule could trip over."""

from __future__ import annotations

NETWORKS = {
    "keras-mnist": """
        input: 28x28x1
        layers:
          - conv: {filters: 32, kernel: 3, activation: relu}
          - max_pool: 2
          - conv: {filters: 64, kernel: 3, activation: relu}
          - max_pool: 2
          - flatten
          - dropout: 0.5
          - dense: {units: 10, activation: softmax}
        task: {loss: categorical_crossentropy, classes: 10}
        """,
    "pytorch-mnist": """
        input: 28x28x1
        layers:
          - conv: {filters: 32, kernel: 3, activation: relu}
          - conv: {filters: 64, kernel: 3, activation: relu}
          - max_pool: 2
          - dropout: 0.25
          - flatten
          - dense: {units: 128, activation: relu}
          - dropout: 0.5
          - dense: 10
          - log_softmax
        task: {loss: nll_loss, classes: 10}
        """,
    "pytorch-mnist-2017": """
        input: 28x28x1
        layers:
          - conv: {filters: 10, kernel: 5}
          - max_pool: 2
          - relu
          - conv: {filters: 20, kernel: 5}
          - spatial_dropout: 0.5
          - max_pool: 2
          - relu
          - flatten
          - dense: {units: 50, activation: relu}
          - dropout: 0.5
          - dense: 10
          - log_softmax
        task: {loss: NLLLoss, classes: 10}
        """,
    "d2l-lenet": """
        input: 28x28x1
        layers:
          - conv: {filters: 6, kernel: 5, padding: 2, activation: sigmoid}
          - avg_pool: 2
          - conv: {filters: 16, kernel: 5, activation: sigmoid}
          - avg_pool: 2
          - flatten
          - dense: {units: 120, activation: sigmoid}
          - dense: {units: 84, activation: sigmoid}
          - dense: 10
        task: {loss: CrossEntropyLoss, classes: 10}
        """,
    "squeezenet-with-a-task": """
        input: 32x32x3
        layers:
          - conv: {filters: 64, kernel: 3, activation: relu}
          - max_pool: 2
          - conv: {filters: 10, kernel: 1, activation: relu}
          - global_avg_pool
        task: {loss: CrossEntropyLoss, classes: 10}
        """,
    "network-in-network": """
        input: 32x32x3
        layers:
          - conv: {filters: 96, kernel: 5, padding: 2, activation: relu}
          - conv: {filters: 10, kernel: 1, activation: relu}
          - global_avg_pool
          - softmax
        task: {loss: categorical_crossentropy, classes: 10}
        """,
    "srcnn": """
        input: 33x33x1
        layers:
          - conv: {filters: 64, kernel: 9, padding: same, activation: relu}
          - conv: {filters: 32, kernel: 1, activation: relu}
          - conv: {filters: 1, kernel: 5, padding: same}
        task: {loss: mse}
        """,
    "espcn": """
        input: 17x17x1
        layers:
          - conv: {filters: 64, kernel: 5, padding: 2, activation: tanh}
          - conv: {filters: 32, kernel: 3, padding: 1, activation: tanh}
          - conv: {filters: 9, kernel: 3, padding: 1}
          - pixel_shuffle: 3
        """,
    "edsr": """
        input: 48x48x3
        layers:
          - conv: {name: head, filters: 64, kernel: 3, padding: 1}
          - residual:
              body:
                - residual:
                    repeat: 4
                    body:
                      - conv: {filters: 64, kernel: 3, padding: 1, activation: relu}
                      - conv: {filters: 64, kernel: 3, padding: 1}
                      - rescale: {scale: 0.1}
                - conv: {filters: 64, kernel: 3, padding: 1}
          - conv: {filters: 256, kernel: 3, padding: 1}
          - pixel_shuffle: 2
          - conv: {filters: 256, kernel: 3, padding: 1}
          - pixel_shuffle: 2
          - conv: {filters: 3, kernel: 3, padding: 1}
        """,
    "fsrcnn": """
        input: 20x20x1
        layers:
          - conv: {filters: 56, kernel: 5, padding: 2, activation: prelu}
          - conv: {filters: 12, kernel: 1, activation: prelu}
          - conv: {filters: 12, kernel: 3, padding: 1, activation: prelu, repeat: 4}
          - conv: {filters: 56, kernel: 1, activation: prelu}
          - conv_transpose: {filters: 1, kernel: 9, stride: 3, padding: 4, output_padding: 2}
        """,
    "fcn-32s": """
        input: 64x64x3
        layers:
          - conv: {filters: 512, kernel: 3, stride: 2, padding: 1, activation: relu}
          - max_pool: 2
          - conv: {filters: 4096, kernel: 7, padding: 3, activation: relu}
          - dropout: 0.5
          - conv: {filters: 4096, kernel: 1, activation: relu}
          - dropout: 0.5
          - conv: {filters: 21, kernel: 1}
          - conv_transpose: {filters: 21, kernel: 8, stride: 4, padding: 2, bias: false}
        task: {loss: cross_entropy, classes: 21}
        """,
    "segnet": """
        input: 64x64x3
        blocks:
          ConvBN:
            params: {filters: null}
            layers:
              - conv: {filters: $filters, kernel: 3, padding: 1, bias: false}
              - batch_norm
              - relu
        layers:
          - ConvBN: {filters: 64, repeat: 2}
          - max_pool: 2
          - ConvBN: {filters: 128, repeat: 2}
          - max_pool: 2
          - resize: 2
          - ConvBN: {filters: 128, repeat: 2}
          - resize: 2
          - ConvBN: 64
          - conv: {filters: 12, kernel: 3, padding: 1}
          - softmax
        task: {loss: categorical_crossentropy, classes: 12}
        """,
    "deeplab": """
        input: 64x64x256
        defaults:
          conv: {bias: false}
        blocks:
          Atrous:
            params: {rate: null}
            layers:
              - conv: {filters: 64, kernel: 3, padding: $rate, dilation: $rate}
              - batch_norm
              - relu
        layers:
          - concat:
              - [conv: {filters: 64, kernel: 1}, batch_norm, relu]
              - [Atrous: 6]
              - [Atrous: 12]
              - [Atrous: 18]
              - [global_avg_pool: {keep_dims: true}, conv: {filters: 64, kernel: 1}, batch_norm,
                 relu, resize: {size: 64x64, mode: bilinear}]
          - conv: {filters: 64, kernel: 1}
          - batch_norm
          - relu
          - dropout: 0.5
          - conv: {filters: 21, kernel: 1, bias: true}
          - resize: {factor: 4, mode: bilinear}
        task: {loss: cross_entropy, classes: 21}
        """,
    "pytorch-dcgan-generator": """
        input: 1x1x100
        layers:
          - conv_transpose: {filters: 512, kernel: 4, bias: false}
          - batch_norm
          - relu
          - conv_transpose: {filters: 256, kernel: 4, stride: 2, padding: 1, bias: false}
          - batch_norm
          - relu
          - conv_transpose: {filters: 3, kernel: 4, stride: 2, padding: 1, bias: false}
          - tanh
        """,
    "sngan-generator": """
        input: 128
        blocks:
          Up:
            layers:
              - residual:
                  body:
                    - batch_norm
                    - relu
                    - resize: 2
                    - conv: {filters: 256, kernel: 3, padding: 1, bias: false}
                    - batch_norm
                    - relu
                    - conv: {filters: 256, kernel: 3, padding: 1}
                  shortcut: [resize: 2, conv: {filters: 256, kernel: 1}]
        layers:
          - dense: 4096
          - reshape: [4, 4, 256]
          - Up: {repeat: 2}
          - batch_norm
          - relu
          - conv: {filters: 3, kernel: 3, padding: 1, activation: tanh}
        """,
    "pix2pix-inner-unet": """
        input: 32x32x64
        layers:
          - concat:
              - prev
              - - leaky_relu: 0.2
                - conv: {filters: 128, kernel: 4, stride: 2, padding: 1, bias: false}
                - batch_norm
                - relu
                - conv_transpose: {filters: 64, kernel: 4, stride: 2, padding: 1, bias: false}
                - batch_norm
                - dropout: 0.5
          - relu
          - conv_transpose: {filters: 3, kernel: 4, stride: 2, padding: 1, activation: tanh}
        """,
    "johnson-style": """
        input: 64x64x3
        layers:
          - conv: {filters: 32, kernel: 9, padding: 4, bias: false}
          - instance_norm
          - relu
          - residual:
              body:
                - conv: {filters: 32, kernel: 3, padding: 1, bias: false}
                - instance_norm
                - relu
                - conv: {filters: 32, kernel: 3, padding: 1, bias: false}
                - instance_norm
          - conv: {filters: 3, kernel: 9, padding: 4, activation: tanh}
          - rescale: {scale: 127.5, offset: 127.5}
        """,
    "darknet": """
        input: 64x64x3
        blocks:
          Conv:
            params: {filters: null, kernel: 1, stride: 1}
            layers:
              - conv: {filters: $filters, kernel: $kernel, stride: $stride,
                       padding: $(kernel//2), bias: false}
              - batch_norm
              - leaky_relu: 0.1
        layers:
          - Conv: {filters: 32, kernel: 3}
          - Conv: {filters: 64, kernel: 3, stride: 2}
          - residual: {body: [Conv: 32, Conv: {filters: 64, kernel: 3}], repeat: 2}
          - Conv: {filters: 128, kernel: 3, stride: 2}
          - conv: {filters: 255, kernel: 1}
        task: {loss: yolo, classes: 80}
        """,
    "ssd-confidences": """
        input: 38x38x64
        layers:
          - conv: {filters: 512, kernel: 3, padding: 1, activation: relu}
          - l2_norm
          - conv: {filters: 84, kernel: 3, padding: 1}
        task: {loss: CrossEntropyLoss, classes: 20}
        """,
    "yolo-v1": """
        input: 14x14x64
        layers:
          - conv: {filters: 128, kernel: 3, stride: 2, padding: 1, activation: {leaky_relu: 0.1}}
          - flatten
          - dense: {units: 4096, activation: {leaky_relu: 0.1}}
          - dropout: 0.5
          - dense: 1470
          - reshape: [7, 7, 30]
        task: {classes: 20}
        """,
    "feature-pyramid": """
        input: 64x64x3
        outputs: [p2, p3]
        layers:
          - conv: {name: c2, filters: 64, kernel: 3, stride: 2, padding: 1, activation: relu}
          - conv: {name: c3, filters: 128, kernel: 3, stride: 2, padding: 1, activation: relu}
          - conv: {name: lateral3, filters: 256, kernel: 1}
          - conv: {name: p3, filters: 256, kernel: 3, padding: 1}
          - add:
              - [conv: {filters: 256, kernel: 1, from: c2}]
              - [resize: {factor: 2, from: lateral3}]
          - conv: {name: p2, filters: 256, kernel: 3, padding: 1}
        """,
    "wide-resnet-with-dropout": """
        input: 32x32x3
        blocks:
          Wide:
            params: {width: null, stride: 1, project: false}
            layers:
              - batch_norm
              - relu
              - residual:
                  body:
                    - conv: {filters: $width, kernel: 3, stride: $stride, padding: 1, bias: false}
                    - batch_norm
                    - relu
                    - dropout: 0.3
                    - conv: {filters: $width, kernel: 3, padding: 1, bias: false}
                  shortcut:
                    - conv: {filters: $width, kernel: 1, stride: $stride, bias: false,
                             when: $project}
        layers:
          - conv: {filters: 16, kernel: 3, padding: 1, bias: false}
          - Wide: {width: 160, project: true}
          - Wide: {width: 320, stride: 2, project: true}
          - batch_norm
          - relu
          - global_avg_pool
          - dense: 10
        """,
    "pre-activation-resnet": """
        input: 64x64x3
        blocks:
          Pre:
            layers:
              - residual:
                  body:
                    - batch_norm
                    - relu
                    - conv: {filters: 64, kernel: 1, bias: false}
                    - batch_norm
                    - relu
                    - conv: {filters: 64, kernel: 3, padding: 1, bias: false}
                    - batch_norm
                    - relu
                    - conv: {filters: 256, kernel: 1}
                  shortcut: [conv: {filters: 256, kernel: 1}]
        layers:
          - conv: {filters: 64, kernel: 7, stride: 2, padding: 3}
          - Pre: {repeat: 2}
          - batch_norm
          - relu
          - global_avg_pool
          - dense: {units: 10, activation: softmax}
        """,
    "densenet-with-dropout": """
        input: 32x32x3
        blocks:
          Dense:
            layers:
              - concat:
                  - prev
                  - - batch_norm
                    - relu
                    - conv: {filters: 12, kernel: 3, padding: 1, bias: false}
                    - dropout: 0.2
        layers:
          - conv: {filters: 16, kernel: 3, padding: 1, bias: false}
          - Dense: {repeat: 3}
          - batch_norm
          - relu
          - conv: {filters: 26, kernel: 1, bias: false}
          - dropout: 0.2
          - avg_pool: 2
          - Dense: {repeat: 3}
          - batch_norm
          - relu
          - global_avg_pool
          - dense: 10
        """,
    "nfnet": """
        input: 64x64x3
        layers:
          - conv: {filters: 16, kernel: 3, stride: 2, padding: 1, activation: gelu}
          - conv: {filters: 32, kernel: 3, padding: 1, activation: gelu}
          - conv: {filters: 128, kernel: 3, stride: 2, padding: 1}
          - gelu
          - residual:
              body:
                - conv: {filters: 128, kernel: 1, activation: gelu}
                - conv: {filters: 128, kernel: 3, padding: 1, groups: 1, activation: gelu}
                - conv: {filters: 256, kernel: 1}
                - multiply:
                    - prev
                    - - global_avg_pool: {keep_dims: true}
                      - conv: {filters: 128, kernel: 1, activation: relu}
                      - conv: {filters: 256, kernel: 1, activation: sigmoid}
                - drop_path: 0.1
                - scale
              shortcut: [avg_pool: 1, conv: {filters: 256, kernel: 1}]
          - conv: {filters: 512, kernel: 1, activation: gelu}
          - global_avg_pool
          - dropout: 0.2
          - dense: 1000
        """,
    "efficientnet-v2": """
        input: 64x64x3
        defaults:
          conv: {bias: false}
          depthwise_conv: {bias: false}
        layers:
          - conv: {filters: 24, kernel: 3, stride: 2, padding: 1}
          - batch_norm
          - silu
          - residual:
              body: [conv: {filters: 24, kernel: 3, padding: 1}, batch_norm, silu, drop_path: 0.01]
          - conv: {filters: 96, kernel: 3, stride: 2, padding: 1}
          - batch_norm
          - silu
          - conv: {filters: 48, kernel: 1}
          - batch_norm
          - conv: {filters: 192, kernel: 3, stride: 2, padding: 1}
          - batch_norm
          - silu
          - conv: {filters: 64, kernel: 1}
          - batch_norm
          - conv: {filters: 256, kernel: 1}
          - batch_norm
          - silu
          - depthwise_conv: {kernel: 3, padding: 1}
          - batch_norm
          - silu
          - conv: {filters: 128, kernel: 1}
          - batch_norm
          - conv: {filters: 1280, kernel: 1}
          - batch_norm
          - silu
          - global_avg_pool
          - dense: 1000
        """,
    "mobilenext": """
        input: 32x32x96
        layers:
          - residual:
              body:
                - depthwise_conv: {kernel: 3, padding: 1, bias: false}
                - batch_norm
                - relu6
                - conv: {filters: 16, kernel: 1, bias: false}
                - batch_norm
                - conv: {filters: 96, kernel: 1, bias: false}
                - batch_norm
                - relu6
                - depthwise_conv: {kernel: 3, padding: 1, bias: false}
                - batch_norm
        """,
    "shufflenet-v1": """
        input: 28x28x240
        layers:
          - residual:
              body:
                - conv: {filters: 60, kernel: 1, groups: 3, bias: false}
                - batch_norm
                - relu
                - channel_shuffle: 3
                - depthwise_conv: {kernel: 3, padding: 1, bias: false}
                - batch_norm
                - conv: {filters: 240, kernel: 1, groups: 3, bias: false}
                - batch_norm
          - relu
        """,
    "ghost-module": """
        input: 28x28x40
        layers:
          - conv: {name: primary, filters: 20, kernel: 1, bias: false}
          - batch_norm: {name: intrinsic}
          - concat:
              - intrinsic
              - [depthwise_conv: {kernel: 3, padding: 1, bias: false}, batch_norm]
        """,
    "separable-convolutions": """
        input: 28x28x32
        layers:
          - depthwise_conv: {kernel: 3, padding: 1, bias: false}
          - batch_norm
          - conv: {filters: 64, kernel: 1, bias: false}
          - batch_norm
          - relu
          - conv: {filters: 64, kernel: 1, bias: false}
          - depthwise_conv: {kernel: 3, padding: 1, bias: false}
          - batch_norm
          - relu
          - separable_conv: {filters: 64, kernel: 3, padding: same, activation: relu}
        """,
    "large-kernel-attention": """
        input: 28x28x32
        layers:
          - multiply:
              - prev
              - - depthwise_conv: {kernel: 5, padding: 2}
                - depthwise_conv: {kernel: 7, padding: 9, dilation: 3}
                - conv: {filters: 32, kernel: 1}
        """,
    "asymmetric-kernels": """
        input: 28x28x32
        layers:
          - conv: {filters: 32, kernel: [5, 1], padding: [2, 0], bias: false}
          - conv: {filters: 32, kernel: [1, 5], padding: [0, 2], bias: false}
          - batch_norm
          - prelu
        """,
    "interleaved-groups": """
        input: 28x28x32
        layers:
          - conv: {filters: 32, kernel: 3, padding: 1, groups: 16, bias: false}
          - channel_shuffle: 2
          - conv: {filters: 32, kernel: 1, groups: 2, bias: false}
          - batch_norm
          - relu
        """,
    "wavenet": """
        input: 1024x1
        blocks:
          Gated:
            params: {dilation: null}
            layers:
              - residual:
                  body:
                    - multiply:
                        - - conv: {filters: 32, kernel: 2, padding: causal, dilation: $dilation,
                                   activation: tanh}
                        - - conv: {filters: 32, kernel: 2, padding: causal, dilation: $dilation,
                                   activation: sigmoid}
                    - conv: {filters: 32, kernel: 1}
        layers:
          - conv: {filters: 32, kernel: 2, padding: causal}
          - Gated: 1
          - Gated: 2
          - Gated: 4
          - Gated: 8
          - Gated: 16
          - Gated: 32
          - Gated: 64
          - Gated: 128
          - relu
          - conv: {filters: 32, kernel: 1, activation: relu}
          - conv: {filters: 256, kernel: 1, activation: softmax}
        """,
    "resnet-3d": """
        input: 16x56x56x3
        layers:
          - conv: {filters: 64, kernel: [1, 7, 7], stride: [1, 2, 2], padding: [0, 3, 3],
                   bias: false}
          - batch_norm
          - relu
          - residual:
              body:
                - conv: {filters: 64, kernel: [1, 3, 3], padding: [0, 1, 1], bias: false}
                - batch_norm
                - relu
                - conv: {filters: 64, kernel: [3, 1, 1], padding: [1, 0, 0], bias: false}
                - batch_norm
          - relu
          - global_avg_pool
          - dense: 400
        """,
    "siamese": """
        inputs: {left: 32x32x1, right: 32x32x1}
        blocks:
          Tower:
            layers:
              - conv: {filters: 16, kernel: 3, padding: same, activation: relu}
              - max_pool: 2
              - flatten
              - dense: 64
        layers:
          - Tower: {name: a, from: left}
          - Tower: {name: b, from: right, share: a}
          - subtract: [a, b]
          - dense: {units: 1, activation: sigmoid}
        task: {loss: binary_crossentropy, classes: 2}
        """,
    "mlp-mixer": """
        input: 64x64x3
        layers:
          - conv: {filters: 64, kernel: 8, stride: 8}
          - reshape: [64, 64]
          - residual:
              body: [layer_norm, permute: [1, 0], dense: {units: 32, activation: gelu}, dense: 64,
                     permute: [1, 0]]
          - residual: {body: [layer_norm, dense: {units: 256, activation: gelu}, dense: 64]}
          - layer_norm
        """,
    "variational-autoencoder": """
        input: 784
        layers:
          - dense: {units: 400, activation: relu}
          - dense: 20
          - dense: {units: 400, activation: relu}
          - dense: {units: 784, activation: sigmoid}
        task: {loss: bce}
        """,
    "diffusion-unet": """
        input: 32x32x3
        layers:
          - conv: {name: enter, filters: 64, kernel: 3, padding: 1}
          - residual:
              body:
                - group_norm: 32
                - silu
                - conv: {filters: 64, kernel: 3, padding: 1}
                - group_norm: 32
                - silu
                - dropout: 0.1
                - conv: {filters: 64, kernel: 3, padding: 1}
          - conv: {filters: 64, kernel: 3, stride: 2, padding: 1}
          - residual:
              body: [group_norm: 32, silu, conv: {filters: 128, kernel: 3, padding: 1}]
              shortcut: [conv: {filters: 128, kernel: 1}]
          - resize: 2
          - conv: {filters: 64, kernel: 3, padding: 1}
          - concat: [enter, prev]
          - group_norm: 32
          - silu
          - conv: {filters: 3, kernel: 3, padding: 1}
        """,
    "steganalysis": """
        input: 64x64x1
        layers:
          - conv: {filters: 30, kernel: 5, padding: 2, bias: false, trainable: false}
          - conv: {filters: 8, kernel: 5, padding: 2, bias: false}
          - batch_norm
          - tanh
          - avg_pool: {size: 5, stride: 2, padding: 2}
          - flatten
          - dense: {units: 2, activation: softmax}
        task: {loss: categorical_crossentropy, classes: 2}
        """,
    "grey-pictures-for-a-colour-network": """
        input: 64x64x1
        layers:
          - conv: {filters: 3, kernel: 1}
          - conv: {filters: 64, kernel: 7, stride: 2, padding: 3, bias: false}
          - batch_norm
          - relu
          - global_avg_pool
          - dense: 5
        """,
    "regression": """
        input: 32
        layers:
          - dense: {units: 64, activation: relu}
          - dense: {units: 1, activation: relu}
        task: {loss: mse}
        """,
    "face-embedding": """
        input: 7x7x64
        layers:
          - batch_norm
          - dropout: 0.4
          - flatten
          - dense: 512
          - batch_norm: {scale: false}
        task: {loss: arcface, classes: 85742}
        """,
}
