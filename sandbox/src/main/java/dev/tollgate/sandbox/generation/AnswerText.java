package dev.tollgate.sandbox.generation;

import dev.tollgate.sandbox.files.Media;
import dev.tollgate.sandbox.requests.GoogleRequest;
import dev.tollgate.sandbox.samples.Excerpt;
import dev.tollgate.sandbox.samples.Prompt;
import dev.tollgate.sandbox.wire.JsonTrees;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;

/** Answers in words: a few that look well for common prompts, small sums, and else a sentence about what came in. */
final class AnswerText {

    private static final Pattern REPEAT = Pattern.compile(
            "^(?:please )?(?:say|repeat|echo|reply with|answer with)(?: exactly)?:?\\s+(.+)$",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
    private static final Pattern SAY = Pattern.compile(
            "^\\h*(?:please )?say(?: exactly)?:\\s+(.+)\\z",
            Pattern.CASE_INSENSITIVE | Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern SUM = Pattern.compile("(\\d{1,18})\\s*([-+*x×/])\\s*(\\d{1,18})");
    private static final Pattern LENGTH =
            Pattern.compile("(?<![\\d,.])([1-9]\\d{0,3}) words\\b", Pattern.CASE_INSENSITIVE);
    private static final List<String> FILLER =
            List.of("the", "river", "runs", "slowly", "past", "quiet", "fields", "and", "on");
    private static final Pattern ROOT = Pattern.compile("square root of (\\d{1,18})", Pattern.CASE_INSENSITIVE);

    private static final Map<String, String> KNOWN = known();

    private AnswerText() {}

    static String of(GoogleRequest ask) {
        JsonNode last = ask.contents().getLast();
        List<JsonNode> responses = ask.lastResponses();
        if (!responses.isEmpty()) {
            return fromResults(responses);
        }
        List<String> media = Media.describe(last, ask.terms().files());
        if (!media.isEmpty()) {
            return aboutMedia(ask, media);
        }
        Prompt prompt = new Prompt(ask.prompt());
        return wanted(ask.prompt())
                .or(() -> repeated(ask.prompt()))
                .or(() -> ofLength(prompt))
                .or(() -> computed(prompt))
                .or(() -> known(prompt))
                .orElseGet(() -> echo(ask));
    }

    /** Returns the words of an image model before its images. */
    static String beforeImages(GoogleRequest ask) {
        List<String> media =
                Media.describe(ask.contents().getLast(), ask.terms().files());
        return media.isEmpty()
                ? wanted(ask.prompt())
                        .or(() -> ofLength(new Prompt(ask.prompt())))
                        .orElseGet(() -> "Here is an image for “" + Excerpt.harmless(ask.lastUserText()) + "”.")
                : aboutMedia(ask, media);
    }

    private static String fromResults(List<JsonNode> responses) {
        String results = responses.stream()
                .map(response -> JsonTrees.text(response, "name") + " says " + inWords(response.path("response")))
                .collect(Collectors.joining("; "));
        return "Here is what I found: " + results + ".";
    }

    private static String inWords(JsonNode value) {
        if (value.isObject() && value.size() == 1) {
            return inWords(value.values().iterator().next());
        }
        if (!value.isObject()) {
            return value.isString() ? value.stringValue() : value.toString();
        }
        return value.properties().stream()
                .map(member -> member.getKey() + " " + inWords(member.getValue()))
                .collect(Collectors.joining(", "));
    }

    private static String aboutMedia(GoogleRequest ask, List<String> media) {
        if (ask.lastUserText().contains("word for word")) {
            return "This recording is " + String.join(" and ", media) + ".";
        }
        String asked =
                ask.lastUserText().isEmpty() ? "" : " You asked: “" + Excerpt.harmless(ask.lastUserText()) + "”.";
        return "I received " + String.join(" and ", media) + "." + asked
                + " The built-in sandbox does not look inside, it only counts the bytes.";
    }

    /** Returns the text that the prompt demands word for word, before all other choices: after {@code Say:} at the start of a line. */
    static Optional<String> wanted(String text) {
        Matcher say = SAY.matcher(text);
        return say.find() ? Optional.of(say.group(1)) : Optional.empty();
    }

    private static Optional<String> repeated(String text) {
        Matcher repeat = REPEAT.matcher(text);
        return repeat.matches() ? Optional.of(repeat.group(1)) : Optional.empty();
    }

    /** "Write 2000 words about rivers": for answers that take their time. */
    private static Optional<String> ofLength(Prompt prompt) {
        Matcher length = LENGTH.matcher(prompt.text());
        if (!length.find()) {
            return Optional.empty();
        }
        int words = Integer.parseInt(length.group(1));
        return Optional.of(IntStream.range(0, words)
                .mapToObj(i -> FILLER.get(i % FILLER.size()))
                .collect(Collectors.joining(" ")));
    }

    private static Optional<String> computed(Prompt prompt) {
        Matcher root = ROOT.matcher(prompt.text());
        if (root.find()) {
            BigInteger[] exact = new BigInteger(root.group(1)).sqrtAndRemainder();
            String about = exact[1].signum() == 0 ? "" : "about ";
            return Optional.of("The square root of " + root.group(1) + " is " + about + exact[0] + ".");
        }
        Matcher sum = SUM.matcher(prompt.text());
        return sum.find() ? Optional.of(sum(sum)) : Optional.empty();
    }

    private static String sum(Matcher sum) {
        BigInteger left = new BigInteger(sum.group(1));
        BigInteger right = new BigInteger(sum.group(3));
        String operator = sum.group(2);
        if (operator.equals("/") && right.signum() == 0) {
            return "Nothing can be divided by zero.";
        }
        BigInteger result =
                switch (operator) {
                    case "+" -> left.add(right);
                    case "-" -> left.subtract(right);
                    case "/" -> left.divide(right);
                    default -> left.multiply(right);
                };
        return left + " " + operator + " " + right + " = " + result + ".";
    }

    private static Optional<String> known(Prompt prompt) {
        String asked = prompt.text().toLowerCase(Locale.ROOT);
        return KNOWN.entrySet().stream()
                .filter(entry -> asked.contains(entry.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .or(() -> asked.matches("(?:hi|hello|hey)\\b.{0,20}")
                        ? Optional.of("Hello there! How can I help you today?")
                        : Optional.empty());
    }

    private static String echo(GoogleRequest ask) {
        String text = ask.lastUserText();
        StringBuilder answer = new StringBuilder("You asked: “" + Excerpt.harmless(text) + "”.");
        if (!ask.systemText().isEmpty()) {
            answer.append(" My instructions are: “")
                    .append(Excerpt.harmless(ask.systemText()))
                    .append("”.");
        }
        if (ask.contents().size() > 1) {
            answer.append(" It is message ").append(ask.contents().size()).append(" of our conversation.");
        }
        String tools = ask.declarations().stream()
                .map(declaration -> JsonTrees.text(declaration, "name"))
                .collect(Collectors.joining(", "));
        if (!tools.isEmpty()) {
            answer.append(" I could call ").append(tools).append('.');
        }
        return answer.append(" The built-in sandbox answers in fixed words: with a Gemini API key configured, the real")
                .append(" model would answer here.")
                .toString();
    }

    private static Map<String, String> known() {
        Map<String, String> known = new LinkedHashMap<>();
        known.put("quantum computing", """
                Quantum computing uses quantum bits (qubits) in place of ordinary bits.

                * **Superposition**: a qubit can be 0 and 1 at once, so a few qubits hold many possibilities.
                * **Entanglement**: qubits can be linked, so that one tells something about the other.
                * **Interference**: wrong answers cancel out and right ones grow stronger.

                So some problems – breaking codes, simulating molecules – become much faster, while most everyday work does not.""");
        known.put("relativity", """
                Relativity has two parts. **Special relativity** says that light has the same speed for everyone, so moving clocks run slow and moving lengths shrink. **General relativity** says that mass bends space and time, and that this bending is what we feel as gravity.""");
        known.put(
                "introduce yourself",
                "Hello! I am a Gemini model, or rather the sandbox that stands in for one here. I can answer questions, call"
                        + " functions, return JSON and say what pictures and files you sent.");
        known.put(
                "meaning of life",
                "People have answered this in many ways: to be happy, to be useful, to love, to understand. A famous novel"
                        + " says 42. Perhaps the meaning is what you choose to give your days to.");
        known.put(
                "mankind",
                "Mankind is a study in duality – builders and destroyers, kind and cruel, curious and stubborn. What I find"
                        + " most remarkable is the capacity to choose, and to do better next time.");
        known.put("scientists", """
                1. **Albert Einstein** – physics, the theory of relativity
                2. **Marie Curie** – chemistry and physics, radioactivity
                3. **Isaac Newton** – mathematics and physics, the laws of motion""");
        known.put(
                "weather",
                "I cannot look out of the window from here. Give me a weather function or the search tool, and I will use it.");
        return known;
    }
}
