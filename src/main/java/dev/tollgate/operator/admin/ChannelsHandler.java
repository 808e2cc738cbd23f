package dev.tollgate.operator.admin;

import static dev.tollgate.operator.admin.OperatorRoutes.by;
import static dev.tollgate.operator.admin.OperatorRoutes.doing;

import dev.tollgate.http.Exchange;
import dev.tollgate.http.Handler;
import dev.tollgate.upstreams.pool.ChannelStatus;
import dev.tollgate.upstreams.pool.Standing;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code GET /admin/channels}: how each channel is; and what an operator does with them. */
public final class ChannelsHandler implements Handler<Object> {

    private static final JsonMapper JSON = new JsonMapper();

    private static final Duration TOLD_BEFORE = Duration.ofDays(60);

    private final Supplier<List<ChannelStatus>> channels;
    private final ChannelDeeds deeds;
    private final InstantSource clock;

    public ChannelsHandler(Supplier<List<ChannelStatus>> channels, ChannelDeeds deeds, InstantSource clock) {
        this.channels = channels;
        this.deeds = deeds;
        this.clock = clock;
    }

    /** {@code POST /admin/channels/reload {reason}}: whether the file was taken. */
    public Handler<Object> reload() {
        return doing(
                200,
                (exchange, body) -> {
                    By by = by(exchange, body);
                    return () -> JSON.writeValueAsBytes(JSON.createObjectNode().put("taken", deeds.reload(by)));
                },
                "reason");
    }

    /** {@code POST /admin/channels/{id}/try {reason?}}: whether it answers, and how fast. */
    public Handler<Object> tryOut() {
        return doing(
                200,
                (exchange, body) -> {
                    By by = new By(AdminGate.actor(exchange), body.text("reason"), null);
                    String id = exchange.pathParam("id");
                    return () -> {
                        ChannelDeeds.Tried tried = deeds.tryOut(by, id);
                        return JSON.writeValueAsBytes(JSON.createObjectNode()
                                .put("id", id)
                                .put("answered", tried.hasAnswered())
                                .put("milliseconds", tried.millis())
                                .put("error", tried.hasAnswered() ? null : tried.error()));
                    };
                },
                "reason");
    }

    @Override
    public void handle(Exchange exchange, Object caller) {
        ObjectNode answer = JSON.createObjectNode().put("object", "list");
        ArrayNode data = answer.putArray("data");
        channels.get().forEach(channel -> write(channel, data.addObject()));
        exchange.json(200, JSON.writeValueAsBytes(answer));
    }

    private void write(ChannelStatus channel, ObjectNode json) {
        json.put("id", channel.id()).put("kind", channel.kind()).put("healthy", channel.isHealthy());
        json.putObject("breaker")
                .put("state", word(channel.breaker()))
                .put("failures", channel.failures())
                .put("until", text(channel.openUntil()));
        json.put("in_flight", channel.inFlight());
        ChannelStatus.LastError error = channel.lastError();
        if (error == null) {
            json.putNull("last_error");
        } else {
            json.putObject("last_error").put("kind", word(error.kind())).put("time", text(error.time()));
        }
        ArrayNode models = json.putArray("models");
        channel.models().forEach(model -> write(model, models.addObject()));
    }

    private void write(ChannelStatus.Model model, ObjectNode json) {
        json.put("id", model.id())
                .put("upstream", model.standing().model())
                .put("priority", model.priority())
                .put("weight", model.weight());
        ChannelStatus.Resting rest = model.rest();
        if (rest == null) {
            json.putNull("rest");
        } else {
            json.putObject("rest").put("reason", rest.reason()).put("until", text(rest.until()));
        }
        retirement(model.standing(), json);
    }

    /** Told from {@link #TOLD_BEFORE} its day on, and for good once another model is asked. */
    private void retirement(Standing standing, ObjectNode json) {
        Instant at = standing.retires();
        if (at == null
                || (!standing.isReplaced() && clock.instant().plus(TOLD_BEFORE).isBefore(at))) {
            json.putNull("retirement");
            return;
        }
        json.putObject("retirement")
                .put("of", standing.asked())
                .put("at", text(at))
                .put("successor", standing.successor())
                .put("in_effect", standing.isReplaced());
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static @Nullable String text(@Nullable Instant time) {
        return time == null ? null : time.toString();
    }
}
