package dev.tollgate.pages.refusals;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.fields.Field;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.operator.admin.OperatorAction;
import dev.tollgate.pages.words.TypedNumber;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.MarkedLanguages;
import dev.tollgate.testing.PortalServer;
import dev.tollgate.testing.RunningServer.Reply;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Asks for the same by a form in the language that marks each sentence, and by the API, and compares the refusals. */
final class TwoFaces {

    /** Texts each of which is wrong for some field. */
    private static final List<String> WRONG = List.of(
            "",
            "x",
            "X y!",
            " a ",
            "x".repeat(300),
            "-1",
            "0",
            "1.5",
            "0.0000001",
            "2000000000",
            "5000000",
            "99999999999999999",
            "maybe",
            "192.0.2.0/99",
            "A=1",
            "a=b!",
            "a=1,b=1,c=1,d=1,e=1,f=1",
            Stream.iterate(1, i -> i + 1).limit(300).map(i -> "x" + i).reduce("", (a, b) -> a + " " + b),
            "5",
            "5:x",
            "5:20 6:20 7:20",
            "gemini-*-x",
            "gemini 2",
            "2026-13-01",
            "Europe/Nowhere");

    private static final Pattern SAID = Pattern.compile(
            "<(?:p|span) (?:class=\"error\"|class=\"[^\"]*error\")[^>]*>([^<]*)|role=\"alert\"[^>]*>(?:<span>)?([^<]*)");

    /** Ids and times, which differ from run to run. */
    private static final Pattern OF_THIS_RUN =
            Pattern.compile("\\b(acc_|team_|mem_|key_|chatcmpl-)[A-Za-z0-9]+|\\b\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z");

    private final PortalServer server;

    /** What differs. */
    final List<String> faults = new ArrayList<>();

    /** The patterns of the sentences that both faces have said. */
    final Set<String> provoked = new TreeSet<>();

    /** The refusals of the API, a line each. */
    final Set<String> lines = new TreeSet<>();

    TwoFaces(PortalServer server) {
        this.server = server;
    }

    /**
     * A form of a page, and the request of the API for the same.
     *
     * @param page its path
     * @param deed the button
     * @param fields of the action
     * @param good what both send in fields that are right
     * @param request method, path and key of the API
     * @param typed returns the form's fields for the action's
     */
    record Pair(
            Browser by,
            String page,
            String deed,
            List<Field<?>> fields,
            Map<String, String> good,
            Request request,
            UnaryOperator<Map<String, String>> typed) {

        Pair with(String field, String text) {
            Map<String, String> texts = new LinkedHashMap<>(good);
            texts.put(field, text);
            return new Pair(by, page, deed, fields, texts, request, typed);
        }

        Pair pressing(OperatorAction.Button button) {
            return new Pair(by, page, button.deed(), fields, good, request, typed);
        }

        Pair to(String method, String path) {
            return new Pair(by, page, deed, fields, good, new Request(method, path, request.key), typed);
        }
    }

    record Request(String method, String path, String key) {}

    /** Sends each wrong text that is refused by a rule which no other text of the field has met. @param left fields that the form fills in itself */
    void eachField(Pair pair, String... left) {
        for (Field<?> field : leaves(pair.fields).toList()) {
            Set<String> rules = new TreeSet<>();
            for (String text : List.of(left).contains(field.name()) ? List.<String>of() : WRONG) {
                String rule = rule(field, typed(field, text));
                if (rule != null && rules.add(rule)) {
                    refused(pair.with(field.name(), text));
                }
            }
        }
    }

    private static Stream<Field<?>> leaves(List<Field<?>> fields) {
        return fields.stream()
                .filter(field -> !field.isFixed())
                .flatMap(field -> field.members().isEmpty() ? Stream.of(field) : leaves(field.members()));
    }

    private static @Nullable String rule(Field<?> field, JsonNode value) {
        try {
            if (!value.isNull()) {
                var unused = field.reader().read(field.name(), value);
            }
            return null;
        } catch (ApiException e) {
            Set<String> patterns = new TreeSet<>();
            addPatterns(e.error().forPeople(), patterns);
            return patterns.toString();
        }
    }

    private static void addPatterns(Sentence sentence, Set<String> patterns) {
        if (sentence != ApiError.FIELD) {
            patterns.add(sentence.pattern());
            sentence.values().forEach(value -> {
                if (value instanceof Sentence inner) {
                    addPatterns(inner, patterns);
                }
            });
        }
    }

    /** Sends both requests, which are to be refused by one rule. */
    void refused(Pair pair) {
        String name = pair.deed + " " + shown(pair.page) + " " + shown(new TreeMap<>(pair.good).toString());
        Reply reply = server.send(
                pair.request.method,
                pair.request.path,
                body(pair.fields, pair.good).toString(),
                pair.request.key);
        if (reply.status() < 400) {
            faults.add(name + ": the API takes it");
            return;
        }
        ApiError error = Objects.requireNonNull(server.refusal());
        if (!reply.error().get("message").asString().equals(error.message())) {
            faults.add(name + ": the API says " + reply.text());
        }
        lines.add(name + ": " + reply.status() + " " + error.code().code() + " " + error.param() + ": "
                + shown(error.message()));
        Sentence words = error.words();
        if (words == null) {
            faults.add(name + ": is no sentence: " + error.message());
            return;
        }
        Map<String, String> form = new LinkedHashMap<>(pair.typed.apply(pair.good));
        form.put("deed", pair.deed);
        Browser.Page page = pair.by.submit(pair.page, pair.page, form);
        String expected = error.forPeople(label(pair.fields, error)).in(MarkedLanguages.ACCENTED);
        List<String> said = SAID.matcher(page.body())
                .results()
                .map((MatchResult it) -> it.group(1) == null ? it.group(2) : it.group(1))
                .map(TwoFaces::plain)
                .toList();
        if (!expected.startsWith("⟦") || !expected.endsWith("⟧")) {
            faults.add(name + ": is not in one sentence: " + expected);
        } else if (said.contains(expected)) {
            addPatterns(words, provoked);
        } else {
            faults.add(name + ": the form answers " + page.status() + " and says " + said + " instead of " + expected);
        }
    }

    private static String shown(String text) {
        return OF_THIS_RUN
                .matcher(text)
                .replaceAll(it -> it.group(1) == null ? "TIME" : it.group(1) + "…")
                .replaceAll("(x)\\1{20,}", "x…x")
                .replaceAll("(?:\\sx\\d+(?: 900)?){20,}", " …");
    }

    private static String plain(String html) {
        return html.replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&#34;", "\"")
                .replace("&#39;", "'")
                .replace("&amp;", "&")
                .strip();
    }

    /** Returns the label of a refused field, with the part of it that is wrong, as forms say it. */
    private static Sentence label(List<Field<?>> fields, ApiError error) {
        String param = error.param() + ".";
        Field<?> named = fields.stream()
                .filter(field -> param.startsWith(field.name() + "."))
                .findFirst()
                .orElse(null);
        if (named == null) {
            return Sentence.asItIs("'" + error.param() + "'");
        }
        String inner = param.substring(named.name().length() + 1);
        Field<?> field = named.members().stream()
                .<Field<?>>map(it -> it)
                .filter(member -> inner.startsWith(member.name() + "."))
                .findFirst()
                .orElse(named);
        String part = String.valueOf(error.param()).replaceFirst("^(.*\\.)?" + field.name() + "\\.?([0-9]+$)?", "");
        return part.isEmpty() ? field.label() : sentence("{field} '{part}'", field.label(), part);
    }

    private static JsonNode typed(Field<?> field, String text) {
        JsonNode ascii = field.typed().apply(TypedNumber.ascii(text));
        return ascii.isNumber() ? ascii : field.typed().apply(text);
    }

    /** Returns what the API gets for typed texts. A text whose name goes on after a field's and a dot is a member of it. */
    private static ObjectNode body(List<Field<?>> fields, Map<String, String> texts) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        for (Field<?> field : fields) {
            ObjectNode inner =
                    field.members().isEmpty() ? JsonNodeFactory.instance.objectNode() : body(field.members(), texts);
            texts.forEach((name, text) -> {
                if (name.startsWith(field.name() + ".")) {
                    inner.put(name.substring(field.name().length() + 1), text);
                }
            });
            if (!inner.isEmpty()) {
                body.set(field.name(), inner);
            } else if (texts.containsKey(field.name())) {
                body.set(field.name(), typed(field, texts.get(field.name())));
            }
        }
        return body;
    }
}
