"""Writes models/trees_*: small models of XGBoost and LightGBM, and beside each what the library itself predicts.

Needs xgboost, lightgbm and numpy: python make_tree_models.py [prefix of the names to write]
Models named trees_xgb17_* must be written by XGBoost 1.7 (they are skipped by others), trees_lgb33_* by LightGBM 3.3, and all else by the
versions of VERSIONS. Predictions depend on no thread and no machine; a second run with the same versions changes no file.

golden.json: cases as of the other models, with "NaN" and "Infinity" as texts. Tolerances: 0 where the library only compares and adds; a few
units in the last place where it calls exp and log, which are not the same in every C library.
"""
import json
import pathlib
import re
import shutil
import sys

import lightgbm
import numpy as np
import xgboost

VERSIONS = {"xgb": "3.2.", "xgb17": "1.7.", "xgb21": "2.1.", "lgb": "4.7.", "lgb33": "3.3."}
MODELS = pathlib.Path(__file__).parent / "models"
FEATURES = 6
EXACT, FLOAT_LINK, DOUBLE_LINK = 0.0, 4e-7, 2e-15


def rows(count, seed, integers=()):
    """Features with few decimals, and whole numbers in the columns of categories."""
    random = np.random.default_rng(seed)
    values = np.round(random.normal(size=(count, FEATURES)), 3)
    for column in integers:
        values[:, column] = random.integers(0, 12, size=count)
    return values


def hostile(values, seed):
    """Rows with values that are missing, huge, tiny, infinite and negative zero."""
    random = np.random.default_rng(seed)
    strange = [np.nan, np.inf, -np.inf, 1e30, -1e30, 0.0, -0.0, 1e-36, -1e-36, 0.5, -0.5, -1.0, 3.7, 40.0, 2147483648.0, 16777216.0]
    result = values.copy()
    mask = random.random(result.shape) < 0.4
    result[mask] = random.choice(strange, size=int(mask.sum()))
    result[0, :] = np.nan
    result[1, :] = 0.0
    return result


def score(values):
    return values[:, 0] - 0.5 * values[:, 1] * values[:, 2] + 0.3 * values[:, 3]


def text(value):
    """As short as it can be without becoming another number."""
    if not np.isfinite(value):
        return str(value).replace("nan", "NaN").replace("inf", "Infinity")
    short = float(str(value))
    return short if type(value)(short) == value else float(value)


def tensor(array):
    name = {"float32": "DT_FLOAT", "float64": "DT_DOUBLE"}[str(array.dtype)]
    return {"dtype": name, "shape": list(array.shape), "data": [text(value) for value in array.ravel()]}


def write(name, file, save, inputs, predict, tolerance):
    """predict(rows, margin) is the library's own; each set of rows is a case of both signatures."""
    target = MODELS / name
    shutil.rmtree(target, ignore_errors=True)
    (target / "1").mkdir(parents=True)
    save(str(target / "1" / file))
    cases = []
    for case, values in inputs.items():
        for signature, output in (("serving_default", "predictions"), ("margin", "margin")):
            margin = output == "margin"
            bound = EXACT if margin else tolerance
            cases.append({"name": f"{case}_{output}", "version": 1, "signature": signature,
                          "inputs": {"features": tensor(values)}, "outputs": {output: tensor(predict(values, margin))},
                          "tolerance": {"rtol": bound, "atol": 0.0}})
    (target / "golden.json").write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")


def inputs(dtype, integers=()):
    plain = rows(12, 2, integers)
    return {"rows": plain.astype(dtype), "one": plain[:1].astype(dtype), "hostile": hostile(plain, 3).astype(dtype),
            "none": plain[:0].astype(dtype)}


def xgb(name, params, label=score, rounds=4, file="model.json", tolerance=EXACT, integers=(), missing=0.0, train=xgboost.train):
    """Trains and writes a model of XGBoost."""
    if not wanted(name, xgboost.__version__):
        return
    types = ["c" if column in integers else "q" for column in range(FEATURES)]
    values, labels = training(label, integers, missing)
    data = xgboost.DMatrix(values.astype(np.float32), labels, feature_types=types, enable_categorical=True)
    params = {"max_depth": 3, "eta": 0.4, "nthread": 1, "seed": 0, **params}
    booster = train(params, data, rounds)
    used = (0, booster.best_iteration + 1) if booster.attr("best_iteration") else (0, 0)
    by_matrix = params.get("booster") in ("gblinear", "dart")
    cases = inputs(np.float32, integers)
    if by_matrix:  # a DMatrix takes no infinity
        for case in cases.values():
            case[np.isinf(case)] = 3e38

    def predict(rows_, margin):
        if not len(rows_):
            return predict(np.zeros((1, FEATURES), np.float32), margin)[:0]
        if by_matrix:
            return booster.predict(xgboost.DMatrix(rows_), output_margin=margin, iteration_range=used)
        kind = "margin" if margin else "value"
        return booster.inplace_predict(rows_, predict_type=kind, iteration_range=used, validate_features=False)

    write(name, file, booster.save_model, cases, predict, tolerance)


def training(label, integers, missing):
    values = rows(300, 1, integers)
    labels = label(values)
    values[np.random.default_rng(4).random(values.shape) < missing] = np.nan
    return values, labels


def lgb(name, params, label=score, rounds=4, integers=(), missing=0.0, tolerance=EXACT, file="model.txt"):
    """Trains and writes a model of LightGBM."""
    if not wanted(name, lightgbm.__version__):
        return
    values, labels = training(label, integers, missing)
    params = {"num_leaves": 7, "learning_rate": 0.3, "min_data_in_leaf": 5, "num_threads": 1, "deterministic": True, "verbose": -1, **params}
    group = params.pop("group", None)
    data = lightgbm.Dataset(values, labels, categorical_feature=list(integers), group=group, free_raw_data=False,
                            params={key: params[key] for key in ("zero_as_missing", "use_missing", "linear_tree") if key in params})
    booster = lightgbm.train(params, data, rounds)

    def save(path):
        booster.save_model(path)
        shorten(pathlib.Path(path))

    def predict(rows_, margin):
        if not len(rows_):
            return predict(np.zeros((1, FEATURES)), margin)[:0]
        return booster.predict(rows_, raw_score=margin)

    write(name, file, save, inputs(np.float64, integers), predict, tolerance)


def shorten(path):
    """Leaves out the parameters of the training, which are more than the trees."""
    path.write_text(re.sub(r"\nparameters:\n.*?end of parameters\n", "", path.read_text(), flags=re.S))


def wanted(name, version):
    prefix = sys.argv[1] if len(sys.argv) > 1 else "trees_"
    library = name.split("_")[1]
    if not name.startswith(prefix) or not version.startswith(VERSIONS[library]):
        return False
    print(name)
    return True


def positive(values):
    return np.exp(0.5 * score(values))


def counts(values):
    return np.round(2 * positive(values))


def binary(values):
    return (score(values) > 0).astype(int)


def classes(values):
    return np.digitize(score(values), [-0.5, 0.5])


def by_category(values):
    return np.isin(values[:, 1], [1, 4, 5, 9]) * 2.0 + (values[:, 4] > 6) + 0.1 * values[:, 0]


def several(values):
    return np.stack([score(values), values[:, 4], -score(values)], axis=1)


def boosters():
    """XGBoost, all kinds of models."""
    xgb("trees_xgb_binary", {"objective": "binary:logistic"}, binary, tolerance=FLOAT_LINK, missing=0.1)
    xgb("trees_xgb_binary_ubj", {"objective": "binary:logistic"}, binary, file="model.ubj", tolerance=FLOAT_LINK, missing=0.1)
    xgb("trees_xgb_softprob", {"objective": "multi:softprob", "num_class": 3}, classes, file="model.ubj", tolerance=FLOAT_LINK)
    xgb("trees_xgb_softmax", {"objective": "multi:softmax", "num_class": 3}, classes)
    xgb("trees_xgb_squarederror", {"objective": "reg:squarederror"}, missing=0.3)
    xgb("trees_xgb_absoluteerror", {"objective": "reg:absoluteerror"})
    xgb("trees_xgb_logistic", {"objective": "reg:logistic", "base_score": 0.2}, binary, tolerance=FLOAT_LINK)
    xgb("trees_xgb_logitraw", {"objective": "binary:logitraw", "base_score": 0.2}, binary)
    xgb("trees_xgb_hinge", {"objective": "binary:hinge"}, binary)
    xgb("trees_xgb_poisson", {"objective": "count:poisson"}, counts, file="model.xgb", tolerance=FLOAT_LINK)
    xgb("trees_xgb_gamma", {"objective": "reg:gamma"}, positive, tolerance=FLOAT_LINK)
    xgb("trees_xgb_tweedie", {"objective": "reg:tweedie"}, counts, tolerance=FLOAT_LINK)
    xgb("trees_xgb_quantile", {"objective": "reg:quantileerror", "quantile_alpha": [0.2, 0.8]})
    xgb("trees_xgb_targets", {"objective": "reg:squarederror"}, several)
    xgb("trees_xgb_rank", {"objective": "rank:ndcg"}, classes, train=train_ranking)
    xgb("trees_xgb_dart", {"booster": "dart", "objective": "reg:squarederror", "rate_drop": 0.5, "one_drop": 1}, rounds=6)
    xgb("trees_xgb_linear", {"booster": "gblinear", "objective": "binary:logistic"}, binary, tolerance=FLOAT_LINK)
    xgb("trees_xgb_forest", {"objective": "binary:logistic", "num_parallel_tree": 3, "subsample": 0.5}, binary, rounds=2, tolerance=FLOAT_LINK)
    xgb("trees_xgb_categories", {"objective": "reg:squarederror", "max_cat_to_onehot": 4}, by_category, integers=(1, 4), missing=0.1)
    xgb("trees_xgb_onehot", {"objective": "reg:squarederror", "max_cat_to_onehot": 50}, by_category, integers=(1, 4), file="model.ubj")
    xgb("trees_xgb_stopped", {"objective": "multi:softprob", "num_class": 3, "eta": 1.5}, classes, tolerance=FLOAT_LINK, train=train_stopped, rounds=9)
    xgb("trees_xgb17_binary", {"objective": "binary:logistic", "base_score": 0.3}, binary, tolerance=FLOAT_LINK, missing=0.1)
    xgb("trees_xgb17_logitraw", {"objective": "binary:logitraw", "base_score": 0.2}, binary)
    xgb("trees_xgb21_poisson", {"objective": "count:poisson"}, counts, file="model.ubj", tolerance=FLOAT_LINK)


def train_ranking(params, data, rounds):
    data.set_group([30] * 10)
    return xgboost.train({**params, "lambdarank_pair_method": "topk"}, data, rounds)


def train_stopped(params, data, rounds):
    """Stops early; the trees behind the best round stay in the file."""
    values = rows(80, 9)
    watched = xgboost.DMatrix(values.astype(np.float32), classes(values), feature_types=["q"] * FEATURES)
    booster = xgboost.train({**params, "eval_metric": "mlogloss"}, data, rounds, evals=[(watched, "watched")],
                            early_stopping_rounds=4, verbose_eval=False)
    assert booster.best_iteration + 1 < booster.num_boosted_rounds(), booster.best_iteration
    return booster


def light():
    """LightGBM, all kinds of models."""
    lgb("trees_lgb_binary", {"objective": "binary", "sigmoid": 0.7}, binary, missing=0.1, tolerance=DOUBLE_LINK)
    lgb("trees_lgb_multiclass", {"objective": "multiclass", "num_class": 3}, classes, tolerance=DOUBLE_LINK, file="model.lgb")
    lgb("trees_lgb_ova", {"objective": "multiclassova", "num_class": 3}, classes, tolerance=DOUBLE_LINK)
    lgb("trees_lgb_regression", {"objective": "regression"}, missing=0.3)
    lgb("trees_lgb_sqrt", {"objective": "regression", "reg_sqrt": True})
    lgb("trees_lgb_l1", {"objective": "regression_l1"})
    lgb("trees_lgb_quantile", {"objective": "quantile", "alpha": 0.8})
    lgb("trees_lgb_poisson", {"objective": "poisson"}, counts, tolerance=DOUBLE_LINK)
    lgb("trees_lgb_gamma", {"objective": "gamma"}, positive, tolerance=DOUBLE_LINK)
    lgb("trees_lgb_entropy", {"objective": "cross_entropy"}, lambda values: 1 / (1 + np.exp(-score(values))), tolerance=DOUBLE_LINK)
    lgb("trees_lgb_entropy_lambda", {"objective": "cross_entropy_lambda"}, binary, tolerance=DOUBLE_LINK)
    lgb("trees_lgb_rank", {"objective": "lambdarank", "group": [30] * 10}, classes)
    lgb("trees_lgb_dart", {"objective": "regression", "boosting": "dart", "drop_rate": 0.5}, rounds=6)
    lgb("trees_lgb_forest", {"objective": "binary", "boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.6}, binary, tolerance=DOUBLE_LINK)
    lgb("trees_lgb_categories", {"objective": "regression", "min_data_per_group": 5, "cat_smooth": 1.0}, by_category, integers=(1, 4), missing=0.1)
    lgb("trees_lgb_zeros", {"objective": "regression", "zero_as_missing": True}, integers=(4,), missing=0.1)
    lgb("trees_lgb_unmissing", {"objective": "regression", "use_missing": False}, missing=0.1)
    lgb("trees_lgb_linear", {"objective": "regression", "linear_tree": True}, rounds=1)
    (MODELS / "trees_lgb_linear" / "golden.json").unlink()  # it is to be refused
    lgb("trees_lgb33_multiclass", {"objective": "multiclass", "num_class": 3}, classes, tolerance=DOUBLE_LINK, missing=0.1)


if __name__ == "__main__":
    boosters()
    light()
