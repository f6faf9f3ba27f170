"""Caption models: tokens give back their strings, caches change nothing, tiny sets are learnt."""

import pytest
import torch
from torch.nn import functional as F

from data.molecules import bundled_pool
from detectors.caption.model import CaptionConfig, CaptionModel
from detectors.caption.pointing import NOWHERE, starts_atom, walked
from detectors.caption.search import read_captions
from detectors.caption.tokens import BEGIN, END, PAD, UNKNOWN, split_inchi, split_smiles, tokens_of

SMALL = {"canvas": (32, 64), "width": 32, "layers": 2, "dropout": 0.0}


def model_of(encoder: str, decoder: str, **more) -> CaptionModel:
    torch.manual_seed(0)
    return CaptionModel(CaptionConfig(encoder=encoder, decoder=decoder, **{**SMALL, **more}))


def test_smiles_come_back_from_their_tokens():
    tokens = tokens_of("smiles")
    for smiles in bundled_pool()[::50]:
        numbers = tokens.encode(smiles)
        assert UNKNOWN not in numbers
        assert tokens.decode(numbers) == smiles


def test_inchis_come_back_from_their_tokens():
    from rdkit import Chem

    tokens = tokens_of("inchi")
    for smiles in bundled_pool()[::200]:
        inchi = Chem.MolToInchi(Chem.MolFromSmiles(smiles))
        numbers = tokens.encode(inchi)
        assert UNKNOWN not in numbers
        assert tokens.decode(numbers) == inchi


def test_inchi_is_cut_as_in_the_contest():
    parts = split_inchi("InChI=1S/C12H9ClO/c1-10/h2H,1H3/t10-/m1/s1")
    assert parts[:7] == ["C", "12", "H", "9", "Cl", "O", "/c"]
    assert split_inchi("InChI=1S/C3000")[1:] == list("3000")
    with pytest.raises(ValueError, match="InChI=1S/"):
        split_inchi("CCO")


def test_two_letters_are_an_element_only_where_they_can_be():
    assert split_smiles("Cc1ccsc1Sc1ccccc1")[:2] == ["C", "c"]
    assert "Sc" not in split_smiles("CSc1ccccc1")
    assert split_smiles("[Sc]Cl") == ["[", "Sc", "]", "Cl"]


@pytest.mark.parametrize("decoder", ["lstm", "transformer"])
def test_steps_with_a_cache_agree_with_teacher_forcing(decoder):
    model = model_of("resnet10t", decoder).eval()
    ink, tokens = torch.rand(2, 1, 32, 64), torch.randint(4, 90, (2, 6))
    with torch.inference_mode():
        memory = model.encoder(ink)
        whole, _ = model.decoder(memory, tokens)
        state = model.decoder.start(memory)
        for t in range(6):
            logits, state = model.decoder.step(state, tokens[:, t])
            torch.testing.assert_close(logits, whole[:, t], rtol=1e-4, atol=1e-4)


def test_steps_of_a_decoder_that_points_agree_with_teacher_forcing():
    """Where what is taught is where it points by itself."""
    model = model_of("resnet10t", "transformer", target="smiles", pointing=True).eval()
    ink = torch.rand(1, 1, 32, 64)
    tokens = torch.tensor([[BEGIN, *model.tokens.encode("CC(=O)[NH2+]C")[:-1]]])
    memory = model.encoder(ink)
    state, cells, stepped = model.decoder.start(memory), [], []
    for t in range(tokens.shape[1]):
        cells.append(state.pointed)
        logits, state = model.decoder.step(state, tokens[:, t])
        stepped.append(logits)
    cells = torch.where(starts_atom(tokens), torch.stack(cells, 1), NOWHERE)
    whole, missed = model.decoder(memory, tokens, cells)
    assert missed > 0 and (cells >= 0).sum() == 5
    torch.testing.assert_close(torch.stack(stepped, 1), whole, rtol=1e-4, atol=1e-4)


def test_a_walk_goes_back_to_where_its_branches_began():
    tokens = tokens_of("smiles")
    for text, cells, expected in [
        ("CC(C(N)O)Cl", [1, 2, 3, 4, 5, 6], [1, 2, 2, 3, 3, 4, 3, 5, 2, 6]),
        ("C[N+](=O)[O-]", [7, 8, 9, 4], [7, 8, 8, 8, 8, 8, 8, 9, 8, 4, 4, 4, 4]),
        ("c1cc1", [1, 2, 3], [1, 1, 2, 3, 3]),
        ("[13CH3][C@@H]", [5, 6], [5] * 7 + [6] * 5),
    ]:
        numbers = torch.tensor([tokens.encode(text)[:-1]])
        starts = starts_atom(numbers)
        assert starts.sum() == len(cells)
        places = torch.full_like(numbers, NOWHERE)
        places[starts] = torch.tensor(cells)
        trail = walked(torch.zeros(1, 12, 4), numbers, places)
        assert trail.current[0].tolist() == expected
        assert trail.visits[0, -1].tolist() == [cells.count(cell) for cell in range(12)]
        assert [cell for cell in trail.coming[0].tolist() if cell >= 0] == cells[1:]


def test_only_a_transformer_of_smiles_points():
    for more in ({"target": "inchi"}, {"decoder": "lstm", "target": "smiles"}):
        with pytest.raises(ValueError, match="pointing"):
            CaptionConfig(**{"decoder": "transformer", "pointing": True, **more})


@pytest.mark.parametrize("decoder", ["lstm", "transformer"])
def test_greedy_reading_gives_the_same_strings_without_a_cache(decoder):
    model = model_of("resnet10t", decoder, layers=3).eval()
    # cells as different as those of a trained encoder: of other ones it spells the same string
    model.encoder = torch.nn.Identity()
    cells = 20 * torch.randn(6, 8, 32)
    with torch.inference_mode():
        spelt = torch.full((6, 1), BEGIN)
        for _ in range(40):
            logits = model.decoder(cells, spelt)[0][:, -1]
            logits[:, [PAD, BEGIN, UNKNOWN]] = -torch.inf
            spelt = torch.cat([spelt, logits.argmax(1, keepdim=True)], 1)
    uncached = [model.tokens.decode(row) for row in spelt.tolist()]
    assert len(set(uncached)) >= 3 and max(map(len, uncached)) >= 40
    assert [found[0].text for found in read_captions([model], cells, 1, 40)] == uncached


def test_beams_are_ordered_and_no_worse_than_greedy():
    model = model_of("resnet10t", "transformer").eval()
    ink = torch.rand(3, 1, 32, 64)
    greedy = read_captions([model], ink, 1, most_tokens=8)
    beam = read_captions([model, model], ink, 4, most_tokens=8)
    for one, several in zip(greedy, beam, strict=True):
        assert len(one) == 1 and len(several) == 4
        assert [c.score for c in several] == sorted((c.score for c in several), reverse=True)
        assert several[0].score >= one[0].score - 1e-5
    alone = read_captions([model], ink[1:2], 4, most_tokens=8)[0]
    assert [c.text for c in alone] == [c.text for c in beam[1]]


class Circling(torch.nn.Module):
    """A decoder of strings that end at once, or else never."""

    def __init__(self, ends: float) -> None:
        super().__init__()
        self.ends, self.steps = ends, 0

    def start(self, memory):
        return self

    def select(self, rows):
        return self

    reorder = select

    def step(self, state, tokens):
        self.steps += 1
        words = tokens_of("smiles").words
        odds = torch.full((len(tokens), len(words)), 1e-9)
        odds[:, END] = torch.where(tokens == BEGIN, self.ends, 1e-9)
        odds[:, words.index("C")] = torch.where(tokens == BEGIN, 1 - self.ends, 0.9)
        odds[:, words.index("N")] = torch.where(tokens == BEGIN, 1e-9, 0.1)
        return odds.log(), self


def test_the_search_ends_when_nothing_better_can_come():
    model = model_of("resnet10t", "transformer", target="smiles").eval()
    model.encoder, model.decoder = torch.nn.Identity(), Circling(ends=0.9)
    (found,) = read_captions([model], torch.zeros(1, 1, 32), 2)
    # (log 0.1 + n log 0.9) / 250 ** 0.7 falls below log 0.9 / 2 ** 0.7 when n is 8
    assert model.decoder.steps == 9 and [(c.text, c.closed) for c in found] == [("", True)]
    model.decoder = Circling(ends=1e-9)
    (found,) = read_captions([model], torch.zeros(1, 1, 32), 2)
    assert model.decoder.steps == len(found[0].text) == 250 and not found[0].closed


@pytest.mark.parametrize(
    ("encoder", "decoder"),
    [
        ("resnet10t", "lstm"),
        ("resnet10t", "transformer"),
        ("vit_tiny_patch16_224", "transformer"),
        ("tnt_s_legacy_patch16_224", "transformer"),
        ("detector", "transformer"),
    ],
)
def test_four_drawings_are_learnt(encoder, decoder):
    model = model_of(encoder, decoder, target="smiles")
    texts = ["CCO", "c1ccccc1", "CC(C)=O", "N#N"]
    ink = torch.zeros(4, 1, 32, 64)
    for i in range(4):
        ink[i, :, 4 + 6 * i : 8 + 6 * i, 12 * i : 12 * i + 24] = 1.0
    numbers = [model.tokens.encode(text) for text in texts]
    longest = max(map(len, numbers))
    wanted = torch.tensor([row + [0] * (longest - len(row)) for row in numbers])
    given = torch.cat([torch.full((4, 1), BEGIN), wanted[:, :-1]], 1)
    optimiser = torch.optim.AdamW(model.parameters(), 1e-3)
    for _ in range(150):
        logits, regular = model(ink, given)
        loss = F.cross_entropy(logits.flatten(0, 1), wanted.flatten(), ignore_index=0) + regular
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        if loss < 0.02:
            break
    with torch.no_grad():
        for _ in range(40):  # the statistics of batch normalisation lag behind such quick learning
            model(ink, given)
    model.eval()
    assert [found[0].text for found in read_captions([model], ink, 2)] == texts
