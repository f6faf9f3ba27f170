"""A caption model: encoder, decoder and the vocabulary it spells with."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from torch import Tensor, nn

from detectors.caption.canvas import CANVAS, PATCH
from detectors.caption.encoders import Encoder
from detectors.caption.recurrent import RecurrentDecoder
from detectors.caption.tokens import Target, tokens_of
from detectors.caption.transformer import TransformerDecoder

DecoderName = Literal["lstm", "transformer"]
Decoder = RecurrentDecoder | TransformerDecoder


@dataclass(frozen=True, slots=True)
class CaptionConfig:
    """What a caption model is made of; saved in the sidecar."""

    encoder: str = "detector"
    """One of :data:`detectors.caption.encoders.ENCODERS`, or a name of timm."""
    decoder: DecoderName = "transformer"
    target: Target = "inchi"
    canvas: tuple[int, int] = CANVAS
    """Height and width of the input in pixels, multiples of 32."""
    width: int = 256
    """Channels of the cells, and of the transformer."""
    layers: int = 4
    """Of the transformer."""
    dropout: float = 0.1
    pointing: bool = False
    """Whether the decoder, a transformer that spells SMILES, points at each atom."""

    def __post_init__(self) -> None:
        if any(side % (2 * PATCH) for side in self.canvas):
            raise ValueError(f"canvas: expected multiples of {2 * PATCH}, got {self.canvas}")
        if self.decoder not in ("lstm", "transformer"):
            raise ValueError(f"decoder: expected lstm or transformer, got {self.decoder!r}")
        if self.target not in ("inchi", "smiles"):
            raise ValueError(f"target: expected inchi or smiles, got {self.target!r}")
        if self.pointing and (self.decoder, self.target) != ("transformer", "smiles"):
            raise ValueError("pointing: only a transformer that spells SMILES can point")

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> CaptionConfig:
        return cls(**{**values, "canvas": tuple(values["canvas"])})


class CaptionModel(nn.Module):
    """Reads a whole drawing as one string."""

    def __init__(self, config: CaptionConfig) -> None:
        super().__init__()
        self.config = config
        self.tokens = tokens_of(config.target)
        self.encoder = Encoder(config.encoder, config.canvas, config.width, config.dropout)
        n_tokens = len(self.tokens)
        self.decoder: Decoder
        if config.decoder == "lstm":
            self.decoder = RecurrentDecoder(n_tokens, config.width, dropout=config.dropout)
        else:
            self.decoder = TransformerDecoder(
                n_tokens,
                config.width,
                config.layers,
                dropout=config.dropout,
                pointing=config.pointing,
            )

    def forward(
        self, ink: Tensor, tokens: Tensor, cells: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Teacher forcing.

        Args:
            ink: (B, 1, H, W) in [0, 1], paper is 0.
            tokens: (B, T) BEGIN and then the target without its END, padded with 0.
            cells: (B, T) cell of each token that starts an atom, else -1, if the model points.

        Returns:
            (B, T, n_tokens) logits of the token after each, and the decoder's regularisation.
        """
        memory = self.encoder(ink)
        if isinstance(self.decoder, TransformerDecoder):
            return self.decoder(memory, tokens, cells)
        return self.decoder(memory, tokens)
