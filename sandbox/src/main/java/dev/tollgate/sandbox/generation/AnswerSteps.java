package dev.tollgate.sandbox.generation;

import dev.tollgate.sandbox.playback.Playback;
import dev.tollgate.sandbox.requests.ContinuationTokens;
import dev.tollgate.sandbox.requests.GoogleRequest;
import dev.tollgate.sandbox.scripting.Knob;
import dev.tollgate.sandbox.scripting.KnobSettings;
import dev.tollgate.sandbox.scripting.Step;
import dev.tollgate.sandbox.wire.GoogleError;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/** The steps of a generated answer, with the knobs that are in force. */
public final class AnswerSteps {

    private final Generator generator;
    private final ContinuationTokens continuations;
    private final long paceMillis;
    private final PromptPrefixes prefixes = new PromptPrefixes();

    public AnswerSteps(Generator generator, ContinuationTokens continuations, long paceMillis) {
        this.generator = generator;
        this.continuations = continuations;
        this.paceMillis = paceMillis;
    }

    public List<Step> steps(GoogleRequest ask) {
        KnobSettings knobs = ask.terms().knobs();
        LongDecode hop = new LongDecode(ask, knobs, continuations);
        List<Step> steps = new ArrayList<>();
        int status = hop.here(Knob.HOP_ERROR);
        if (status > 0) {
            steps.add(new Step.Status(status, null));
        } else if (answers(steps, knobs, ask.model().name())) {
            sending(steps, knobs);
            if (!ask.tier().equals("standard")) {
                steps.addFirst(new Step.Tier(ask.tier()));
            }
            play(steps, knobs, events(ask, hop, knobs), hop.here(Knob.HOP_DROP));
        }
        return steps;
    }

    /** Returns the steps of an answer that is one object. Knobs about the content of a chat do not count. */
    public List<Step> steps(KnobSettings knobs, String model, ObjectNode whole) {
        List<Step> steps = new ArrayList<>();
        if (answers(steps, knobs, model)) {
            sending(steps, knobs);
            play(steps, knobs, List.of(() -> whole), -1);
        }
        return steps;
    }

    /** Adds what comes before an answer. @return false if it is an error */
    private static boolean answers(List<Step> steps, KnobSettings knobs, String model) {
        delay(steps, knobs, Knob.DELAY_HEAD, 0);
        if (knobs.has(Knob.QUOTA)) {
            GoogleError error = GoogleError.quota(knobs.text(Knob.QUOTA), model);
            steps.add(new Step.Status(error.code(), error.body()));
        } else if (knobs.has(Knob.HTML)) {
            steps.add(new Step.Status(knobs.number(Knob.HTML, 502), StringNode.valueOf(Playback.HTML)));
        } else if (knobs.has(Knob.STATUS)) {
            steps.add(new Step.Status(knobs.number(Knob.STATUS, 500), null));
        } else {
            return true;
        }
        return false;
    }

    private List<Supplier<ObjectNode>> events(GoogleRequest ask, LongDecode hop, KnobSettings knobs) {
        boolean vertex = ask.terms().vertex();
        CachedTokens cached = CachedTokens.of(ask, prefixes);
        ObjectNode bare = generator.bare(hop.first(), cached);
        List<ObjectNode> instead = EventKnobs.instead(knobs, bare, vertex);
        return instead.isEmpty()
                ? EventKnobs.changed(knobs, hop, generator.events(hop.first(), cached), bare, vertex)
                : instead.stream()
                        .<Supplier<ObjectNode>>map(event -> () -> event)
                        .toList();
    }

    private static void sending(List<Step> steps, KnobSettings knobs) {
        add(steps, knobs, Knob.GZIP, Step.Fault.GZIP);
        add(steps, knobs, Knob.ONE_BYTE, Step.Fault.ONE_BYTE_AT_A_TIME);
        add(steps, knobs, Knob.ONE_WRITE, Step.Fault.ONE_WRITE);
        add(steps, knobs, Knob.SPLIT_UTF8, Step.Fault.SPLIT_UTF8);
        add(steps, knobs, Knob.JSON_ESCAPES, Step.Fault.JSON_ESCAPES);
        if (knobs.has(Knob.IMAGE_BYTES) || knobs.has(Knob.IMAGE_PIECES)) {
            int filling = knobs.number(Knob.IMAGE_BYTES, Knob.IMAGE_BYTES_MIN) - Knob.IMAGE_BYTES_MIN;
            steps.add(new Step.Images(filling, knobs.number(Knob.IMAGE_PIECES, 0)));
        }
        if (knobs.has(Knob.TRICKLE)) {
            steps.add(new Step.Trickle(knobs.number(Knob.TRICKLE, 0)));
        }
        if (knobs.has(Knob.DELAY_FIRST)) {
            steps.add(Step.Fault.HEADERS);
            delay(steps, knobs, Knob.DELAY_FIRST, 0);
        }
    }

    /** @param dropsAfter so many events, at which the connection breaks; -1 for none */
    private void play(List<Step> steps, KnobSettings knobs, List<Supplier<ObjectNode>> events, int dropsAfter) {
        Step.Fault breaks = dropsAfter < 0 ? breaks(knobs) : Step.Fault.RESET;
        int standard = breaks == Step.Fault.EOF ? events.size() - 1 : 1;
        int after = dropsAfter < 0 ? knobs.number(Knob.AFTER, standard) : dropsAfter;
        int until = breaks == null ? events.size() : Math.min(events.size(), after);
        for (int i = 0; i < until; i++) {
            if (i > 0 || !knobs.has(Knob.DELAY_BETWEEN)) {
                delay(steps, knobs, Knob.DELAY_BETWEEN, paceMillis);
            }
            steps.add(new Step.Made(events.get(i)));
        }
        if (breaks != null) {
            steps.add(breaks);
            events.subList(until, events.size()).forEach(event -> steps.add(new Step.Made(event)));
        }
    }

    private static Step.@Nullable Fault breaks(KnobSettings knobs) {
        if (knobs.has(Knob.ERROR_EVENT)) {
            return Step.Fault.ERROR_EVENT;
        }
        if (knobs.has(Knob.RAW_ERROR_TAIL)) {
            return Step.Fault.RAW_ERROR_TAIL;
        }
        if (knobs.has(Knob.RESET)) {
            return Step.Fault.RESET;
        }
        if (knobs.has(Knob.RESET_MID_EVENT)) {
            return Step.Fault.RESET_MID_EVENT;
        }
        if (knobs.has(Knob.HANG)) {
            return Step.Fault.HANG;
        }
        return knobs.has(Knob.EOF) ? Step.Fault.EOF : null;
    }

    private static void add(List<Step> steps, KnobSettings knobs, Knob knob, Step step) {
        if (knobs.has(knob)) {
            steps.add(step);
        }
    }

    private static void delay(List<Step> steps, KnobSettings knobs, Knob knob, long otherwise) {
        long millis = knobs.has(knob) ? knobs.number(knob, 0) : otherwise;
        if (millis > 0) {
            steps.add(new Step.Delay(millis));
        }
    }
}
