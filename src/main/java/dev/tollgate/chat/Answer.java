package dev.tollgate.chat;

import dev.tollgate.metering.MeteredRequest;
import dev.tollgate.metering.Outlet;
import dev.tollgate.metering.Sink;
import dev.tollgate.openai.Message;
import dev.tollgate.upstream.UpstreamEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What a streamed and a whole answer have in common: where it goes, its name, its choices. Confined to its call. */
final class Answer {

    private static final String CALL_ID_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private static final int CALL_ID_CHARS = 24;

    private final Outlet outlet;
    private final MeteredRequest metered;
    private final long createdSeconds;
    private final RandomGenerator random;
    private final List<Choice> choices = new ArrayList<>();

    private @Nullable String id;
    private @Nullable String model;

    Answer(Outlet outlet, MeteredRequest metered, long createdSeconds, RandomGenerator random) {
        this.outlet = outlet;
        this.metered = metered;
        this.createdSeconds = createdSeconds;
        this.random = random;
        for (int i = 0; i < metered.ask().request().n(); i++) {
            choices.add(new Choice(i, metered.ask().request().legacyFunctions()));
        }
    }

    void admitted(Sink.Admission admission) {
        id = admission.taskId();
        outlet.setHeader("x-tollgate-task-id", admission.taskId());
        if (admission.maxTokensApplied() != null) {
            outlet.setHeader(
                    "x-tollgate-max-tokens", admission.maxTokensApplied().toString());
        }
        admission.ignored().forEach(outlet::ignore);
    }

    void answering(int attempts) {
        if (attempts > 1) {
            outlet.setHeader("x-tollgate-attempts", Integer.toString(attempts));
        }
    }

    /** Takes the upstream's own name from its first word; without one the answer bears the name that was asked for (D20). */
    void nameFrom(UpstreamEvent first) {
        if (model == null) {
            String version = first instanceof UpstreamEvent.Started started ? started.modelVersion() : null;
            model = metered.answerModel(version);
        }
    }

    Outlet outlet() {
        return outlet;
    }

    String id() {
        return known(id);
    }

    long createdSeconds() {
        return createdSeconds;
    }

    String model() {
        return known(model);
    }

    List<Choice> choices() {
        return choices;
    }

    Choice choice(int candidate) {
        return choices.get(candidate);
    }

    boolean legacyFunctions() {
        return metered.ask().request().legacyFunctions();
    }

    /** A call under the upstream's id where it has one that is new in this answer, else under one of ours (wire.md 4.8). */
    Message.ToolCall call(UpstreamEvent.ToolCall event) {
        String callId = event.upstreamId();
        if (callId == null || choices.stream().anyMatch(choice -> choice.hasCall(event.upstreamId()))) {
            callId = newCallId();
        }
        return new Message.ToolCall(callId, event.name(), event.arguments(), event.signature());
    }

    private String newCallId() {
        StringBuilder made = new StringBuilder("call_");
        for (int i = 0; i < CALL_ID_CHARS; i++) {
            made.append(CALL_ID_ALPHABET.charAt(random.nextInt(CALL_ID_ALPHABET.length())));
        }
        return made.toString();
    }

    private static String known(@Nullable String value) {
        if (value == null) {
            throw new IllegalStateException("the answer has not begun");
        }
        return value;
    }
}
