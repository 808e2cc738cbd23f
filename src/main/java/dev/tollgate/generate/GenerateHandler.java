package dev.tollgate.generate;

import dev.tollgate.answers.Asked;
import dev.tollgate.answers.IdempotencyKey;
import dev.tollgate.answers.KnownAnswers;
import dev.tollgate.answers.LargeBodies;
import dev.tollgate.answers.Outlet;
import dev.tollgate.answers.Sha256;
import dev.tollgate.http.BodyGate;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Handler;
import dev.tollgate.json.ReadLimits;
import dev.tollgate.keys.Key;
import dev.tollgate.keys.KeyCaller;
import dev.tollgate.memory.Lease;
import dev.tollgate.metering.MeteredCall;
import dev.tollgate.metering.Running;
import dev.tollgate.metering.Sink;
import dev.tollgate.schema.SchemaChecks;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** {@code POST …/models/{model}:generateContent} and {@code :streamGenerateContent}. */
public final class GenerateHandler implements Handler {

    private final GenerateCalls calls;
    private final KnownAnswers known;
    private final SchemaChecks checks;
    private final ReadLimits limits;
    private final boolean streams;

    public GenerateHandler(
            GenerateCalls calls, KnownAnswers known, SchemaChecks checks, ReadLimits limits, boolean streams) {
        this.calls = calls;
        this.known = known;
        this.checks = checks;
        this.limits = limits;
        this.streams = streams;
    }

    /** @param hash of all that makes two requests the same: the model and the form stand outside of the body */
    private record Read(NativeRequest request, String hash) {}

    @Override
    public void handle(Exchange exchange) {
        Key key = KeyCaller.modelKey(exchange);
        String model = exchange.pathParam("model");
        calls.model(key, model);
        AnswerForm form = form(exchange);
        String label = label(form, model);
        boolean isLarge = exchange.hasLargeBody();
        String name = IdempotencyKey.hash(exchange.headers(IdempotencyKey.HEADER));
        Lease memory = exchange.memory();
        exchange.read(
                body -> new Read(NativeRequestReader.read(body, limits, memory), Sha256.of(label, body)), read -> {
                    if (isLarge
                            || read.request().hasMedia()
                            || !read.request().signatures().isEmpty()) {
                        exchange.compute(
                                () -> calls.answer(key, model, read.request(), memory),
                                call -> start(exchange, form, call, read, name));
                    } else {
                        start(exchange, form, calls.answer(key, model, read.request(), memory), read, name);
                    }
                });
    }

    private AnswerForm form(Exchange exchange) {
        return streams ? AnswerForm.ofStream(exchange) : AnswerForm.WHOLE;
    }

    private static String label(AnswerForm form, String model) {
        return GenerateCalls.DOOR + "\n" + form + "\n" + model;
    }

    /** Who may have a large body read: as {@link #handle}. */
    public BodyGate gate(LargeBodies bodies) {
        return exchange -> {
            Key key = KeyCaller.modelKey(exchange);
            String model = exchange.pathParam("model");
            calls.model(key, model);
            AnswerForm form = form(exchange);
            String name = IdempotencyKey.hash(exchange.headers(IdempotencyKey.HEADER));
            LargeBodies.Replay replay = new LargeBodies.Replay(
                    new GenerateOutlet(exchange, form), running -> exchange.onGone(running::gone));
            return () -> bodies.paidOrKnown(key.accountId(), key.id(), name, label(form, model), replay);
        };
    }

    private void start(Exchange exchange, AnswerForm form, MeteredCall call, Read read, @Nullable String name) {
        read.request().ignored().forEach(exchange::ignore);
        if (!Objects.equals(read.request().tokensMax(), call.request().askedTokensMax())) {
            exchange.ignore("generationConfig.maxOutputTokens");
        }
        Running running = known.answer(
                new Asked(call, read.hash(), name),
                new GenerateOutlet(exchange, form),
                outlet -> sink(outlet, form, call, read.request()));
        exchange.onGone(running::gone);
    }

    private Sink sink(Outlet outlet, AnswerForm form, MeteredCall call, NativeRequest request) {
        return form == AnswerForm.WHOLE
                ? new WholeAnswer(outlet, call.request(), request.schema(), checks)
                : new StreamAnswer(outlet, new Chunks(call.request()), form);
    }
}
