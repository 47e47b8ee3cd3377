package dev.sluice.engine.pytorch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.servable.ServingException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ForwardTest {
  private static final Path FILE = Path.of("model.pt");

  private static final String HEAD =
      "class Net(Module):\n  __parameters__ = [\"w\", ]\n  w : Tensor\n";

  @Test
  void realModulesAreRead() throws Exception {
    Forward wine = real("wine_torchscript/2");
    assertEquals(List.of("features"), wine.arguments());
    assertInstanceOf(Outcome.One.class, wine.outcome());
    assertFalse(wine.writes());
    Forward tokens = real("pooled_tokens_torchscript/1");
    assertEquals(List.of("tokens", "lengths"), tokens.arguments());
    assertEquals(List.of("output_0", "output_1"), tokens.outcome().names());
    assertTrue(tokens.writes());
    assertFalse(tokens.assigns());
  }

  private static Forward real(String version) throws ServingException {
    return Forward.of(TorchArchive.read(Models.directory(version).resolve("model.pt")));
  }

  @Test
  void classIsFoundAmongOthersOfItsFile() throws Exception {
    String others =
        "class Network(Module):\n  def forward(self: __torch__.Network,\n    no: Tensor) -> Tensor:\n"
            + "    return no\n";
    String more = "def helper(wrong: Tensor) -> Tensor:\n  return wrong\n";
    Forward forward =
        read(others + HEAD + method("yes: Tensor", "Tensor", "    return yes\n") + more);
    assertEquals(List.of("yes"), forward.arguments());
  }

  @Test
  void classOfAPackageIsFound() throws Exception {
    TorchArchive archive =
        new TorchArchive(
            FILE,
            "__torch__.my.nets.Net",
            Map.of(
                "__torch__/my/nets.py",
                HEAD + method("x: Tensor", "Tensor", "    return x\n"),
                "__torch__.py",
                "class Net(Module):\n  pass\n"));
    assertEquals(List.of("x"), Forward.of(archive).arguments());
  }

  @Test
  void argumentsWithDefaultsAreLeftToThem() throws Exception {
    Forward forward =
        read(
            HEAD
                + method(
                    "x: Tensor,\n    mask: Optional[Tensor],\n    mode: str=\"a, b) -> c:\","
                        + "\n    sizes: List[int]=[1, 2],\n    extra: Optional[Tensor]=None",
                    "Tensor",
                    "    return x\n"));
    assertEquals(List.of("x", "mask"), forward.arguments());
  }

  @Test
  void keysAreReadFromTheReturn() throws Exception {
    String code = "    _0 = {\"wrong\": x}\n    return {\"b\": torch.f(x, {1: 2}), \"a\": x}\n";
    Forward forward = read(HEAD + method("x: Tensor", "Dict[str, Tensor]", code));
    assertEquals(new Outcome.Keyed(List.of("b", "a")), forward.outcome());
  }

  @Test
  void keysThatEveryBranchHasAreKnown() throws Exception {
    String code =
        "    if c:\n      _1 = {\"a\": x}\n    else:\n      _1 = {\"a\": y}\n    return _1\n";
    String same = HEAD + method("x: Tensor", "Dict[str, Tensor]", code);
    String other = same.replace("{\"a\": x}", "{\"b\": x}");
    assertRefused(other, "made in steps");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Tuple[Tensor, int]",
        "Tuple[Tensor, Tuple[Tensor, Tensor]]",
        "Tuple[]",
        "Optional[Tensor]",
        "NoneType",
        "List[List[Tensor]]",
        "__torch__.NoSuchClass"
      })
  void otherOutcomesAreRefused(String type) {
    assertRefused(
        HEAD + method("x: Tensor", type, "    return x\n"), "a method forward that gives " + type);
  }

  @Test
  void moduleWithoutForwardIsRefused() {
    assertRefused(HEAD, "has no method forward");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "    _0 = torch.add_(x, 1)\n",
        "    _0 = ops.mine.write_(x)\n",
        "    _0 = torch.add(x, 1, out=self.w)\n",
        "    _0 = torch.__iand__(x, 1)\n",
        "    _0, _1 = torch.sort(x, 0, False, values=x, indices=self.w)\n",
        "    _0, _1, _2 = torch.svd(x, True, True, U=x, S=x, V=self.w)\n",
        "    _0 = fork(__torch__.run, x)\n",
        "    _0 = awaitable(__torch__.run, x)\n"
      })
  void writingIsSeen(String statement) throws Exception {
    String code = statement + "    return x\n";
    Forward forward = read(HEAD + method("x: Tensor", "Tensor", code));
    assertTrue(forward.writes());
    assertFalse(forward.assigns());
  }

  @ParameterizedTest
  @ValueSource(strings = {"    self.last = x\n", "    (self.cache).last = x\n"})
  void assignmentIsSeen(String statement) throws Exception {
    String code = statement + "    return x\n";
    Forward forward = read(HEAD + method("x: Tensor", "Tensor", code));
    assertTrue(forward.writes());
    assertTrue(forward.assigns());
  }

  @ParameterizedTest
  @ValueSource(strings = {"_neg_view", "conj", "_conj", "adjoint", "matrix_H", "mH"})
  void elementsYetToBeNegatedAreSeen(String operation) throws Exception {
    String code = "    _0 = torch." + operation + "(x)\n    return _0\n";
    assertTrue(read(HEAD + method("x: Tensor", "Tensor", code)).defers());
  }

  /** If parts of it were looked at again and again, each of these would take hours. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "  a : List[",
        "  a : Dict[x : ",
        "    x.__i",
        "    x.a_",
        "    a.b = ",
        "    return "
      })
  void timeIsLinearInALine(String start) {
    String line = start + start.strip().repeat(500_000) + "\n";
    String source = HEAD + line + method("x: Tensor", "Tensor", line + "    return x\n");
    assertTimeoutPreemptively(Duration.ofSeconds(60), () -> read(source));
  }

  @Test
  void timeIsLinearInTheKeys() {
    String entries =
        IntStream.range(0, 500_000)
            .mapToObj(i -> "\"" + i + "\": x")
            .collect(Collectors.joining(", "));
    String source =
        HEAD + method("x: Tensor", "Dict[str, Tensor]", "    return {" + entries + "}\n");
    Forward forward = assertTimeoutPreemptively(Duration.ofSeconds(60), () -> read(source));
    assertEquals(500_000, forward.outcome().names().size());
    assertRefused(source.replace("\"7\": x", "\"8\": x"), "keys that are not written");
  }

  @Test
  void collectionOfTensorsMayKeepThem() throws Exception {
    String source = HEAD + "  seen : List[Tensor]\n" + method("x: Tensor", "Tensor", "");
    assertTrue(read(source).writes());
  }

  @Test
  void plainCodeWritesNothing() throws Exception {
    String code =
        "    y = self.w\n    _0 = \"see self.w = x\"\n    z = torch.add(x, torch.size(y, 0), alpha=1)\n"
            + "    _is_small = torch.eq(z, 1)\n    return z\n";
    Forward forward = read(HEAD + method("x: Tensor", "Tensor", code));
    assertFalse(forward.writes());
    assertFalse(forward.defers());
  }

  private static String method(String arguments, String type, String code) {
    return "  def forward(self: __torch__.Net,\n    " + arguments + ") -> " + type + ":\n" + code;
  }

  private static Forward read(String source) throws ServingException {
    return Forward.of(new TorchArchive(FILE, "__torch__.Net", Map.of("__torch__.py", source)));
  }

  private static void assertRefused(String source, String why) {
    ServingException failure = assertThrows(ServingException.class, () -> read(source));
    assertTrue(failure.text().contains(why), failure.text());
  }
}
