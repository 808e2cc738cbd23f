package dev.tollgate.pages.dashboard.requests;

import static dev.tollgate.base.words.Sentence.sentence;
import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.words.Language;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.pages.words.Joined;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The steps of a call as a bar of {@value #WIDTH} units and as times from its arrival.
 *
 * @param label the bar in words
 */
public record CourseBar(String label, List<Part> parts, List<Step> steps) {

    static final int WIDTH = 1_000;

    /** @param colour of the figures' colours; @param x where it begins, in units */
    public record Part(String name, int colour, long x, long width) {}

    public record Step(String name, String time) {}

    private static final List<String> FIELDS = List.of("reserved", "asked", "first_byte", "done", "settled");
    private static final List<Sentence> NAMES = List.of(
            sentence("Reserved"), sentence("Asked"), sentence("First byte"), sentence("Done"), sentence("Settled"));

    /** The part that ends with each of the fields from {@code asked} on. */
    private static final List<Sentence> PARTS =
            List.of(sentence("checks"), sentence("waiting"), sentence("answering"), sentence("settling"));

    private static final int DONE = FIELDS.indexOf("done");

    private static final int[] COLOURS = {3, 2, 1, 0};

    /** Null if nothing is known. @param course microseconds of each step */
    public static @Nullable CourseBar of(JsonNode course) {
        long end = course.path("settled").asLong(0);
        if (end <= 0) {
            return null;
        }
        List<Step> steps = new ArrayList<>(List.of(new Step(say("Received"), say("{milliseconds} ms", 0))));
        List<Part> parts = new ArrayList<>();
        List<String> words = new ArrayList<>();
        long before = 0;
        for (int i = 0; i < FIELDS.size(); i++) {
            long at = course.path(FIELDS.get(i)).asLong(-1);
            steps.add(new Step(NAMES.get(i).said(), at < 0 ? CallLine.NOTHING : millis(at)));
            if (i > 0 && at >= before) {
                long x = before * WIDTH / end;
                // without a first byte all until the end was waiting
                int part = i == DONE && course.path(FIELDS.get(i - 1)).isMissingNode() ? i - 2 : i - 1;
                parts.add(new Part(PARTS.get(part).said(), COLOURS[part], x, at * WIDTH / end - x));
                words.add(say("course::{time} {part}", millis(at - before), PARTS.get(part)));
                before = at;
            }
        }
        return new CourseBar(Joined.facts(words.stream()), List.copyOf(parts), List.copyOf(steps));
    }

    private static String millis(long micros) {
        return micros < 10_000
                ? say(
                        "{milliseconds} ms",
                        micros / 1_000 + String.valueOf(Language.now().signs().decimal()) + micros % 1_000 / 100)
                : say("{milliseconds} ms", micros / 1_000);
    }
}
