"""Forms: every mistake at once, at its field, with what to write instead."""

from collections.abc import Callable
from gettext import NullTranslations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import form
from bot.domain.errors import FormRefused
from bot.domain.form import Answers, Mistake, ObLink
from bot.domain.texts import N_

T = NullTranslations()
NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_.]{0,10}", fullmatch=True).filter(lambda name: not form.says_secret(name))
WORDS = st.from_regex(r"[A-Za-z0-9_-]{1,8}", fullmatch=True)
RULES: list[Callable[[str], object]] = [
    form.cluster_name,
    form.reason,
    form.task_id,
    form.choice("a", "b"),
    form.port(1025),
    form.address,
    form.package,
    form.host_ids,
    form.ob_links,
    form.parameters,
]


def mistake(rule: Callable[[str], object], value: str) -> str:
    """Return the words for what is wrong with *value*."""
    with pytest.raises(Mistake) as caught:
        rule(value)
    return caught.value.text.render(T)


@pytest.mark.parametrize(
    ("rule", "value", "read"),
    [
        (form.cluster_name, "pay_01", "pay_01"),
        (form.reason, " second \n proxy ", "second proxy"),
        (form.choice("RS_LIST"), "RS_LIST", "RS_LIST"),
        (form.port(1025), "2883", 2883),
        (form.port(1), "1", 1),
        (form.port(1), "65535", 65535),
        (form.address, "192.0.2.1", "192.0.2.1"),
        (form.address, "2001:db8::1", "2001:db8::1"),
        (form.package, "obproxy-ce-4.2.1.0-11.el7.x86_64.rpm", "obproxy-ce-4.2.1.0-11.el7.x86_64.rpm"),
        (form.host_ids, "", ()),
        (form.host_ids, "11, 12，14 15\n16,", (11, 12, 14, 15, 16)),
        (form.ob_links, "", ()),
        (form.ob_links, "ob_pay, 1\n\nob_pay，2，root", (ObLink("ob_pay", 1, "proxyro"), ObLink("ob_pay", 2, "root"))),
        (form.parameters, "work_thread_num = 128\na=b=c\nempty=", {"work_thread_num": "128", "a": "b=c", "empty": ""}),
    ],
)
def test_what_is_accepted(rule: Callable[[str], object], value: str, read: object) -> None:
    assert rule(value) == read


@pytest.mark.parametrize(
    ("rule", "value", "words"),
    [
        (form.cluster_name, "", "Give a name"),
        (form.cluster_name, "pay-01", '"-" is not allowed'),
        (form.cluster_name, "1pay", '"1" cannot be the first'),
        (form.cluster_name, "_pay", '"_" cannot be the first'),
        (form.cluster_name, "支付", '"支" is not allowed'),
        (form.cluster_name, "p" * 65, "at most 64 characters; 65 are given"),
        (form.reason, "ab", "3 to 200 characters; 2 are given"),
        (form.reason, "a" * 201, "3 to 200 characters; 201 are given"),
        (form.choice("a"), "b", "Choose one of the entries."),
        (form.port(1025), "1024", '"1024" is given'),
        (form.port(1025), "65536", '"65536" is given'),
        (form.port(1025), "٢٨٨٣", "a whole number"),
        (form.port(1025), "", '""'),
        (form.address, "", "Give the host name"),
        (form.address, "a b", '"a b" is not a host name'),
        (form.package, "obproxy", "Example: obproxy-ce-4.2.1.0-11.el7.x86_64.rpm"),
        (form.package, "../x/y.rpm", "is not a file name"),
        (form.host_ids, "11, twelve", '"twelve" is not a host id'),
        (form.host_ids, "0", '"0" is not a host id'),
        (form.host_ids, "11, 11", "Host 11 is given twice"),
        (form.ob_links, "ob_pay, 1\nob_pay 1", 'Line 2: "ob_pay 1" is not name, id, user.'),
        (form.ob_links, "ob_pay, 0", "Line 1"),
        (form.ob_links, "ob_pay, 1\n\nob_pay, 1, root", "Line 3: ob_pay stands on line 1 already."),
        (form.parameters, "a=1\nwork_thread_num 128", 'Line 2: "work_thread_num 128" has no "=".'),
        (form.parameters, "a=1\n\na=2", "Line 3: a stands on line 1 already."),
        (form.parameters, "observer_sys_password=x", "Line 1: observer_sys_password is a password"),
        (form.parameters, "my_token 1", "is a password or another secret"),
        (form.parameters, "a b=1", 'Line 1: "a b" is not a parameter name.'),
    ],
)
def test_what_is_refused_and_why(rule: Callable[[str], object], value: str, words: str) -> None:
    assert words in mistake(rule, value)


@pytest.mark.parametrize("rule", RULES)
@given(value=st.text(max_size=80))
def test_a_rule_reads_or_says_what_is_wrong(rule: Callable[[str], object], value: str) -> None:
    """Nothing else is raised, and no words are empty."""
    try:
        rule(value)
    except Mistake as wrong:
        assert 10 < len(wrong.text.render(T)) < 400  # noqa: PT017


@given(st.dictionaries(st.sampled_from("abcdef"), st.booleans(), min_size=1))
def test_every_mistake_is_told_at_once(fields: dict[str, bool]) -> None:
    """Not one after the other."""
    answers = Answers({name: "2883" if is_right else "no" for name, is_right in fields.items()})
    wrong = {name for name, is_right in fields.items() if not is_right}
    for name in fields:
        assert (answers.read(name, form.port(1)) is None) == (name in wrong)

    if wrong:
        with pytest.raises(FormRefused) as refused:
            answers.check()
        assert refused.value.at.keys() == wrong
    else:
        answers.check()


def test_the_first_mistake_at_a_field_stays() -> None:
    answers = Answers({"port": "no"})
    answers.read("port", form.port(1))
    answers.refuse("port", N_("Choose another port."))

    assert "a whole number" in answers.mistakes["port"].render(T)


@pytest.mark.parametrize("value", [None, 1, ["a"], {"a": 1}])
def test_what_is_not_text_was_not_typed(value: object) -> None:
    """Slack sends null for an empty field."""
    answers = Answers({"name": value})

    assert answers.read("name", form.cluster_name) is None
    assert answers.mistakes.keys() == {"name"}


@given(st.lists(st.tuples(NAMES, st.from_regex(r"[!-~]{0,10}", fullmatch=True)), unique_by=lambda pair: pair[0]))
def test_parameters_are_read_as_typed(pairs: list[tuple[str, str]]) -> None:
    typed = "\n".join(f"{name}={value}" for name, value in pairs)

    assert form.parameters(typed) == dict(pairs)


@given(st.lists(st.tuples(WORDS, st.integers(1, 10**9), WORDS), unique_by=lambda link: link[:2]))
def test_links_are_read_as_typed(links: list[tuple[str, int, str]]) -> None:
    typed = "\n".join(f"{name}, {id_}, {user}" for name, id_, user in links)

    assert form.ob_links(typed) == tuple(ObLink(*link) for link in links)


@given(st.lists(st.integers(1, 10**9), unique=True), st.sampled_from([", ", ",", " ", "\n", "，"]))
def test_host_ids_are_read_as_typed(ids: list[int], between: str) -> None:
    assert form.host_ids(between.join(map(str, ids))) == tuple(ids)


@given(st.lists(NAMES, max_size=5, unique=True), st.integers(0, 3))
def test_the_line_of_a_mistake_is_named(names: list[str], blanks: int) -> None:
    """Blank lines count, as they do for who typed them."""
    typed = "\n" * blanks + "".join(f"{name}=1\n" for name in names) + "oops"

    assert f"Line {blanks + len(names) + 1}: " in mistake(form.parameters, typed)


@pytest.mark.invariant(7)
@pytest.mark.parametrize(
    "name",
    [
        *("password", "observer_sys_password", "observer_sys_password1", "obproxy_sys_password", "inspector_password"),
        *("PASSWD", "my_pwd", "dbpwd", "userpass", "DBpass", "passphrase", "client_secret", "token", "authtoken"),
        *("token_bucket", "api_key", "access_key", "ACCESS_KEY_ID", "accessKeyId", "keys", "keyring", "privateKey"),
        *("TLSkey", "aeskey", "credential", "aksk", "ak_sk", "ssl.key"),
    ],
)
def test_a_secret_is_known_by_its_name(name: str) -> None:
    """Its value does not go through Slack, and not into the words either, with or without the sign between them."""
    for line in (f"{name}=hunter2", f"{name} hunter2", f"{name}: hunter2", f"hunter2 {name}", f"set {name} = hunter2"):
        words = mistake(form.parameters, line)

        assert f"Line 1: {name} is a password or another secret" in words
        assert "hunter2" not in words


@pytest.mark.invariant(7)
@pytest.mark.parametrize(
    "name",
    [
        *("work_thread_num", "proxy_mem_limited", "syslog_level", "obproxy_config_server_url", "enable_client_ssl"),
        *("skip_proxyro_check", "skip_proxy_sys_private_check", "server_tcp_keepidle", "enable_proxy_scramble"),
        *("ssl_attributes", "username_separator", "enable_cluster_checkout", "proxy_route_policy", "init_sql"),
        *("monkey", "turkey_2", "bypass", "compass", "keyboard_layout", "keepalive", "monkey.business"),
    ],
)
def test_a_harmless_name_is_none(name: str) -> None:
    """Most of these are OBProxy's own."""
    assert form.parameters(f"{name}=128") == {name: "128"}


@pytest.mark.invariant(7)
@pytest.mark.parametrize(
    "value",
    ["xoxb-1-2-hunter2", "http://root:hunter2@config/x", "http://config/x?token=hunter2", "set password = 'hunter2'"],
)
def test_a_value_that_is_a_secret_is_refused_with_its_line(value: str) -> None:
    words = mistake(form.parameters, f"work_thread_num=128\nobproxy_config_server_url={value}")

    assert "Line 2: the value of obproxy_config_server_url looks like a password, a token or another secret." in words
    assert "hunter2" not in words


@pytest.mark.invariant(7)
@pytest.mark.parametrize(
    ("rule", "value"),
    [
        (form.reason, "it is xoxb-1-2-hunter2"),
        (form.reason, "the password=hunter2 works"),
        (form.cluster_name, "AKIAIOSFODNN7EXAMPLE"),
        (form.address, "xapp-1-2-hunter2"),
        (form.package, "xoxb-1-2-hunter2.rpm"),
        (form.ob_links, "ob_pay, 1, xoxb-1-2-hunter2"),
        (form.ob_links, "xoxb-1-2-hunter2, 1\nxoxb-1-2-hunter2, 1"),
        (form.ob_links, "http://root:hunter2@ob_pay 1"),
        (form.host_ids, "11, xoxb-1-2-hunter2"),
        (form.task_id, "xoxb-1-2-hunter2"),
        (form.port(1), "password=hunter2"),
        (form.parameters, "xoxb-1-2-hunter2"),
        (form.parameters, "xoxb-1-2-hunter2=1"),
    ],
)
def test_no_field_takes_or_repeats_a_secret(rule: Callable[[str], object], value: str) -> None:
    """Whether its own rule would take it or not."""
    answers = Answers({"field": value})

    assert answers.read("field", rule) is None
    words = answers.mistakes["field"].render(T)
    assert "hunter2" not in words
    assert "AKIA" not in words
