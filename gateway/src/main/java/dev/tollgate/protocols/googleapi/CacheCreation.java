package dev.tollgate.protocols.googleapi;

import dev.tollgate.base.ids.ProtocolName;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.calls.metering.CurrentModels;
import dev.tollgate.calls.metering.MeteredCall;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.calls.replay.Outlet;
import dev.tollgate.http.ErrorFormat;
import dev.tollgate.http.Exchange;
import dev.tollgate.models.Model;
import dev.tollgate.protocols.door.Door;
import dev.tollgate.protocols.door.Envelope;
import dev.tollgate.protocols.door.Protocol;
import dev.tollgate.protocols.door.Reading;
import dev.tollgate.protocols.door.RoughCount;
import dev.tollgate.protocols.door.answers.StreamForm;
import dev.tollgate.upstreams.pool.PromptCount;
import dev.tollgate.upstreams.signatures.Signatures;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code POST …/cachedContents}: contents that are checked and counted as a prompt, and then kept (Y35). Confined to its request: each has one of its own.
 */
public final class CacheCreation implements Protocol, Door.Counted {

    private static final String KEPT_HERE = "cachedContent (kept here)";

    private final CachedContents caches;
    private final CurrentModels models;
    private final Signatures signatures;
    private CachedContents.@Nullable Settings settings;
    private byte[] content = {};

    public CacheCreation(CachedContents caches, CurrentModels models, Signatures signatures) {
        this.caches = caches;
        this.models = models;
        this.signatures = signatures;
    }

    @Override
    public String name() {
        return ProtocolName.GENERATE.code();
    }

    @Override
    public ErrorFormat errors() {
        return GenerateErrors.OBJECT;
    }

    @Override
    public Reading<?> open(Envelope envelope) {
        return new Creation();
    }

    private record Draft(String model, NativeRequest request) {}

    private final class Creation extends NativeReading<Draft> {

        Creation() {
            super(models, signatures, null);
        }

        @Override
        public String label() {
            return name();
        }

        @Override
        public StreamForm form() {
            return AnswerForm.WHOLE.streamForm(Duration.ZERO);
        }

        @Override
        protected Draft read(byte[] body, Lease memory) {
            ReadLimits limits = caches.limits();
            ObjectNode message = NativeRequestReader.tree("CachedContent", body, limits, memory);
            settings = caches.settings(message);
            String model = message.path("model").asString("").replaceFirst("^models/", "");
            NativeRequestReader.require(!model.isEmpty(), "model", "model: the model is not specified.");
            NativeRequest request = NativeRequestReader.checked(message, limits);
            content = CachedContents.content(request);
            memory.take(content.length);
            return new Draft(model, request);
        }

        @Override
        protected NativeRequest request(Draft read) {
            return read.request();
        }

        @Override
        protected String model(Draft read) {
            return read.model();
        }

        @Override
        protected boolean asChunks() {
            return true;
        }

        @Override
        protected void check(Draft read, Model asked) {
            ConversationRules.checkToCount(read.request().contents(), asked.upstream());
            GenerateModelRules.check(asked, read.request());
        }

        @Override
        protected Sink sink(Draft read, Outlet outlet, MeteredCall call) {
            throw new IllegalStateException("cached contents have no answer");
        }
    }

    @Override
    public void show(Exchange exchange, MeteredCall call, Optional<PromptCount> counted) {
        if (counted.isEmpty()) {
            exchange.setHeader("x-tollgate-estimated", "true");
        }
        long tokens = counted.map(PromptCount::tokens).orElseGet(() -> RoughCount.tokens(call));
        CachedContents.Settings its = Objects.requireNonNull(settings);
        exchange.compute(() -> caches.create(call, its, tokens, content), made -> {
            call.ignored().forEach(exchange::ignore);
            exchange.ignore(KEPT_HERE);
            exchange.json(200, GoogleJson.bytes(made));
        });
    }
}
