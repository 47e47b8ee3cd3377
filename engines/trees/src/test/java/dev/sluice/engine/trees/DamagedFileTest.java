package dev.sluice.engine.trees;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Damage is refused when a model is loaded, and the message says what is wrong. */
final class DamagedFileTest {
  @TempDir private Path directory;

  /** The first tree of the model has the children 1 and 2, and 15 nodes. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"left_children\":[1  | \"left_children\":[0   | tree 0: node 0 is reached twice",
        "\"left_children\":[1  | \"left_children\":[2   | tree 0: node 2 is reached twice",
        "\"left_children\":[1  | \"left_children\":[99  | tree 0: there is no node 99",
        "\"left_children\":[1  | \"left_children\":[-7  | tree 0: there is no node -7",
        "\"left_children\":[1  | \"left_children\":[1.5 | expected a whole number",
        "\"left_children\":[1  | \"left_children\":[\"1\" | expected a value",
        "\"left_children\":[1  | \"left_children\":[99999999999 | there is no node 2147483647",
        "\"left_children\":[1, | \"left_children\":[ | left_children",
        "\"left_children\":[1  | \"left_children\":[[1] | expected a value",
        "\"left_children\":[1  | \"left_chilren\":[1  | left_children",
        "\"num_nodes\":\"15\" | \"num_nodes\":\"14\" | a tree is to have 14 nodes",
        "\"num_nodes\":\"15\" | \"num_nodes\":\"-1\" | a tree is to have -1 nodes",
        "\"num_feature\":\"6\",\"num_target\" | \"num_feature\":\"2\",\"num_target\" | the model has 2 features",
        "\"num_feature\":\"6\",\"num_target\" | \"num_feature\":\"0\",\"num_target\" | no features",
        "\"num_feature\":\"6\",\"num_target\" | \"num_feature\":\"-6\",\"num_target\" | not negative",
        "\"num_feature\":\"6\",\"num_target\" | \"num_feature\":\"six\",\"num_target\" | 'six'",
        "\"num_class\":\"0\" | \"num_class\":\"1000000\" | trees for 1000000 scores",
        "\"num_class\":\"0\" | \"num_class\":\"2000000000\" | scores: 2000000000",
        "\"num_trees\":\"4\" | \"num_trees\":\"5\" | expected 5 trees",
        "\"num_trees\":\"4\" | \"num_trees\":\"1000000000\" | expected 1000000000 trees",
        "\"tree_info\":[0 | \"tree_info\":[1 | a tree adds to score 1",
        "\"tree_info\":[0 | \"tree_info\":[-1 | a tree adds to score -1",
        "\"split_conditions\":[ | \"split_conditions\":[NaN, | tree is to have 15 nodes",
        "\"size_leaf_vector\":\"1\" | \"size_leaf_vector\":\"3\" | multi_output_tree",
        "binary:logistic | binary:mystery | objective binary:mystery is not supported",
        "\"name\":\"gbtree\" | \"name\":\"gbforest\" | booster 'gbforest' is not supported",
        "\"attributes\":{} | \"attributes\":{\"best_iteration\":\"-2\"} | best_iteration",
        "\"attributes\":{} | \"attributes\":{\"best_iteration\":\"9\"} | best_iteration is 9",
        "\"base_score\":\"[ | \"base_score\":\"[NaN, | base_score has 2 numbers",
        "\"base_score\":\"[ | \"base_score\":\"[x | expected numbers",
      })
  void xgboost(String found, String replacement, String reason) throws IOException {
    String text = read("trees_xgb_binary", "model.json");
    assertTrue(text.contains(found.strip()), found);
    assertRefused("model.json", replaceFirst(text, found.strip(), replacement.strip()), reason);
  }

  /** The first tree of the model has 7 leaves. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "left_child=   | 'left_child=0 '   | expected 6 numbers in left_child=, found 7",
        "left_child=   | left_child=x      | found 'x",
        "num_leaves=7  | num_leaves=-7     | expected -7 numbers",
        "num_leaves=7  | num_leaves=0      | expected 0 numbers",
        "num_leaves=7  | num_leaves=2000000000 | expected 2000000000 numbers",
        "max_feature_idx=5 | max_feature_idx=1 | the model has 2 features",
        "max_feature_idx=5 | max_feature_idx=-1 | max_feature_idx is -1",
        "max_feature_idx=5 | max_feature_idx=2147483647 | max_feature_idx is",
        "max_feature_idx=5 | max_feature_id=5 | there is no line max_feature_idx=",
        "version=v4    | version=v9        | version v9 of the format is not supported",
        "objective=binary | objective=mystery | objective mystery is not supported",
        "sigmoid:0.7   | sigmoid:0         | sigmoid",
        "num_tree_per_iteration=1 | num_tree_per_iteration=0 | num_tree_per_iteration is 0",
        "num_tree_per_iteration=1 | num_tree_per_iteration=4 | does not go with",
        "threshold=    | threshold=NaN     | found 'NaN",
        "is_linear=0   | is_linear=1       | linear trees",
        "end of trees  | end of tree       | expected 'end of trees'",
        "tree_sizes=   | tree_sizes=1      | expected 4 trees",
        "Tree=1        | Trees=1           | expected 'end of trees' behind tree 0",
      })
  void lightgbm(String found, String replacement, String reason) throws IOException {
    String text = read("trees_lgb_binary", "model.txt");
    assertTrue(text.contains(found), found);
    if (found.equals("tree_sizes=")) {
      assertRefused("model.txt", text.replaceFirst("tree_sizes=", "tree_sizes=1 "), "5 trees");
      return;
    }
    assertRefused("model.txt", replaceFirst(text, found, replacement), reason);
  }

  @Test
  void cyclesAndWrongChildrenOfLightgbm() throws IOException {
    String text = read("trees_lgb_regression", "model.txt");
    String children = text.substring(text.indexOf("left_child=") + 11).lines().findFirst().get();
    for (String wrong : new String[] {"0", "6", "-8", "-99", "2147483647", "-2147483648"}) {
      String damaged = wrong + children.substring(children.indexOf(' '));
      String found = replaceFirst(text, "left_child=" + children, "left_child=" + damaged);
      assertRefused(
          "model.txt", found, wrong.equals("0") ? "is reached twice" : "there is no node");
    }
  }

  @Test
  void thresholdsAndLeavesThatAreNoNumbers() throws IOException {
    String json = read("trees_xgb_binary", "model.json");
    int start = json.indexOf("\"split_conditions\":[") + "\"split_conditions\":[".length();
    int end = json.indexOf(']', start);
    String nan = "NaN" + ",NaN".repeat(14);
    assertRefused("model.json", json.substring(0, start) + nan + json.substring(end), "NaN");
    String text = read("trees_lgb_binary", "model.txt");
    assertRefused(
        "model.txt", text.replaceFirst("leaf_value=[^ ]+", "leaf_value=NaN"), "a leaf is NaN");
    assertRefused(
        "model.txt", text.replaceFirst("threshold=[^ ]+", "threshold=NaN"), "node 0 is NaN");
  }

  @Test
  void categoriesThatAreNotThere() throws IOException {
    String text = read("trees_xgb_categories", "model.json");
    assertRefused(
        "model.json",
        text.replaceFirst("\"categories\":\\[0", "\"categories\":[-1"),
        "category -1");
    assertRefused(
        "model.json",
        text.replaceFirst("\"categories\":\\[0", "\"categories\":[16777216"),
        "no category 16777216");
    assertRefused(
        "model.json",
        text.replaceFirst("\"categories_sizes\":\\[8", "\"categories_sizes\":[88"),
        "88");
    assertRefused(
        "model.json",
        text.replaceFirst("\"categories_segments\":\\[0", "\"categories_segments\":[-2147483648"),
        "categories from");
    assertRefused(
        "model.json",
        text.replaceFirst("\"categories_nodes\":\\[0", "\"categories_nodes\":[7"),
        "no categories");
    String light = read("trees_lgb_categories", "model.txt");
    assertRefused(
        "model.txt", light.replaceFirst("cat_boundaries=0 1", "cat_boundaries=0 9"), "words");
    assertRefused(
        "model.txt", light.replaceFirst("cat_boundaries=0", "cat_boundaries=-1"), "words");
    assertRefused(
        "model.txt", light.replaceFirst("threshold=0", "threshold=7"), "set of categories 7");
  }

  @Test
  void truncationAnywhere() throws IOException {
    for (String[] file :
        new String[][] {
          {"trees_xgb_binary", "model.json"},
          {"trees_xgb_binary_ubj", "model.ubj"},
          {"trees_lgb_multiclass", "model.lgb"}
        }) {
      String text = read(file[0], file[1]);
      int trees = text.indexOf("end of trees");
      int length = trees < 0 ? text.length() : trees + 11;
      for (int end = 0; end < length; end += 1 + length / 300) {
        assertRefused(file[1], text.substring(0, end), "");
      }
      assertRefused(file[1], text.substring(0, length - 1), "");
    }
  }

  @Test
  void textBehindTheModel() throws IOException {
    assertRefused("model.json", read("trees_xgb_binary", "model.json") + "}", "end of the file");
    assertRefused("model.ubj", read("trees_xgb_binary_ubj", "model.ubj") + "}", "end of the file");
  }

  @Test
  void lengthsBeyondTheFile() throws IOException {
    String huge = new String(ByteBuffer.allocate(8).putLong(1L << 40).array(), ISO_8859_1);
    String big = new String(ByteBuffer.allocate(8).putLong(1L << 30).array(), ISO_8859_1);
    for (String size : new String[] {huge, big}) {
      assertRefused("model.ubj", "{L" + size, "");
      assertRefused("model.ubj", "{i\1aS" + "L" + size, "");
      assertRefused("model.ubj", "{i\1a[$d#L" + size, "");
      assertRefused("model.ubj", "{i\1a[#L" + size, "");
      assertRefused("model.ubj", "{i\1a[$Z#L" + size, "a type of numbers");
    }
    assertRefused("model.ubj", "{i\1a[$d#i\200", "a length");
  }

  @Test
  void deepNesting() throws IOException {
    assertRefused("model.json", "{\"a\":" + "[".repeat(1_000_000), "nested");
    assertRefused("model.json", "{\"a\":".repeat(1_000_000), "nested");
    assertRefused("model.ubj", "{i\1a" + "[".repeat(1_000_000), "nested");
    assertRefused("model.ubj", "{i\1a".repeat(1_000_000), "nested");
  }

  @Test
  void setsOfCategoriesThatNeedTooMuchMemory() throws IOException {
    String text = read("trees_xgb_categories", "model.json");
    String tree =
        text.substring(text.indexOf("[{\"base_weights\"") + 1, text.indexOf(",{\"base_weights\""))
            .replaceFirst("\"categories\":\\[0", "\"categories\":[16777215");
    String head = text.substring(0, text.indexOf("[{\"base_weights\"") + 1);
    String tail = text.substring(text.indexOf("}]},\"name\""));
    String damaged =
        (head + (tree + ",").repeat(99) + tree.substring(0, tree.length() - 1) + tail)
            .replace("\"num_trees\":\"4\"", "\"num_trees\":\"100\"")
            .replace("\"tree_info\":[0", "\"tree_info\":[0" + ",0".repeat(96));
    assertRefused("model.json", damaged, "the sets of categories need more than 67108864 bytes");
  }

  private static String replaceFirst(String text, String found, String replacement) {
    int at = text.indexOf(found);
    return text.substring(0, at) + replacement + text.substring(at + found.length());
  }

  private static String read(String model, String file) throws IOException {
    return Files.readString(Models.version(model).path().resolve(file), ISO_8859_1);
  }

  private void assertRefused(String file, String text, String reason) throws IOException {
    Path path = directory.resolve(file);
    Files.writeString(path, text, ISO_8859_1);
    ServingException failure =
        assertThrows(
            ServingException.class,
            () -> Models.load(Models.version("m", directory)),
            () -> "loaded although damaged: " + reason);
    Files.delete(path);
    assertEquals(Code.INVALID_ARGUMENT, failure.code());
    assertTrue(
        failure.text().startsWith("Cannot load {name: m version: 1} from " + path), failure.text());
    assertTrue(failure.text().contains(reason), failure.text());
  }
}
