package dev.tollgate.telemetry.traces;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.log.LogFormat;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.LogPaper;
import dev.tollgate.testing.OtlpReceiver;
import dev.tollgate.testing.RawCall;
import dev.tollgate.testing.Scrape;
import dev.tollgate.testing.Today;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.upstreams.pool.TraceId;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The traces of calls that a collector gets. */
@Timeout(120)
class TracesTest {

    private static final String CALLER = "0af7651916cd43dd8448eb211c80319c";
    private static final String PARENT = "b7ad6b7169203331";

    private static final long FOREVER = 600_000;

    private static final String STREAM = """
            {"model":"gemini-2.5-pro","stream":true,"messages":[{"role":"user","content":"Tell me of canaries"}]}""";

    private static final Set<String> NAMES = Set.of(
            "gen_ai.operation.name",
            "gen_ai.provider.name",
            "gen_ai.request.model",
            "gen_ai.response.model",
            "gen_ai.response.finish_reasons",
            "gen_ai.usage.input_tokens",
            "gen_ai.usage.output_tokens",
            "gen_ai.usage.reasoning.output_tokens",
            "gen_ai.response.time_to_first_chunk",
            "error.type",
            "http.route",
            "http.response.status_code",
            "tollgate.task_id",
            "tollgate.account_id",
            "tollgate.team_id",
            "tollgate.member_id",
            "tollgate.channel",
            "tollgate.charged_microcredits");

    private static Gateway gateway(OtlpReceiver collector, String... settings) {
        String[] all = new String[settings.length + 2];
        all[0] = "telemetry.otlp-endpoint";
        all[1] = collector.url();
        System.arraycopy(settings, 0, all, 2, settings.length);
        return Gateway.start(all);
    }

    private static Gateway.Reply call(Customer customer, String parentHeader) {
        HttpRequest.Builder request = customer.server()
                .request("/v1/chat/completions")
                .setHeader("authorization", "Bearer " + customer.key())
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(STREAM));
        return customer.server().send(parentHeader == null ? request : request.header("traceparent", parentHeader));
    }

    private static String hex(com.google.protobuf.ByteString id) {
        return HexFormat.of().formatHex(id.toByteArray());
    }

    private static List<Span> awaitSpans(OtlpReceiver collector, int count) {
        Gateway.await(count + " spans", () -> collector.spans().size() >= count);
        assertThat(collector.faults()).isEmpty();
        return collector.spans();
    }

    private static Span named(List<Span> spans, String name) {
        return spans.stream()
                .filter(span -> span.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Map<String, AnyValue> attributes(Span span) {
        return span.getAttributesList().stream().collect(Collectors.toMap(KeyValue::getKey, KeyValue::getValue));
    }

    @Test
    void a_call_is_a_trace_with_its_request_id_steps_and_usage() {
        try (OtlpReceiver collector = new OtlpReceiver();
                Gateway gateway = gateway(
                        collector, "telemetry.percent", "100", "telemetry.otlp-headers", "x-collector-key=the key")) {
            Customer customer = gateway.customer("100");
            gateway.own(customer.keyId(), "mem_1", "team_1");
            String parent = "00-" + CALLER + "-" + PARENT + "-01";

            Gateway.Reply reply = call(customer, parent);

            List<Span> spans = awaitSpans(collector, 4);
            Span server = named(spans, "POST /v1/chat/completions");
            assertThat(spans)
                    .extracting(Span::getName)
                    .containsExactlyInAnyOrder("POST /v1/chat/completions", "reserve", "chat gemini-2.5-pro", "settle");
            assertThat(spans).allMatch(span -> ("req_" + hex(span.getTraceId())).equals(reply.header("x-request-id")));
            assertThat(server.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_SERVER);
            assertThat(server.getParentSpanId().isEmpty()).isTrue();
            assertThat(hex(server.getLinks(0).getTraceId())
                            + hex(server.getLinks(0).getSpanId()))
                    .isEqualTo(CALLER + PARENT);
            for (Span span : spans) {
                assertThat(NAMES).containsAll(attributes(span).keySet());
                assertThat(span.getEventsCount()).isZero();
                assertThat(span.getStartTimeUnixNano())
                        .isBetween(server.getStartTimeUnixNano(), span.getEndTimeUnixNano());
                assertThat(span.getEndTimeUnixNano()).isLessThanOrEqualTo(server.getEndTimeUnixNano());
                if (span != server) {
                    assertThat(span.getParentSpanId()).isEqualTo(server.getSpanId());
                }
            }
            assertThat(spans.stream().map(Span::getSpanId).distinct()).hasSize(4);
            long now = Today.instant().toEpochMilli() * 1_000_000;
            assertThat(server.getEndTimeUnixNano()).isBetween(now - 60_000_000_000L, now + 1_000_000_000L);
            BigDecimal consumed = customer.consumed();
            Map<String, AnyValue> told = attributes(server);
            assertThat(told.get("tollgate.task_id").getStringValue()).isEqualTo(reply.header("x-tollgate-task-id"));
            assertThat(told.get("tollgate.account_id").getStringValue()).isEqualTo(customer.account());
            assertThat(told.get("tollgate.team_id").getStringValue()).isEqualTo("team_1");
            assertThat(told.get("tollgate.member_id").getStringValue()).isEqualTo("mem_1");
            assertThat(told.get("http.route").getStringValue()).isEqualTo("/v1/chat/completions");
            assertThat(told.get("tollgate.charged_microcredits").getIntValue())
                    .isEqualTo(consumed.movePointRight(6).longValueExact())
                    .isPositive();
            Map<String, AnyValue> asked = attributes(named(spans, "chat gemini-2.5-pro"));
            assertThat(asked.get("gen_ai.operation.name").getStringValue()).isEqualTo("chat");
            assertThat(asked.get("gen_ai.provider.name").getStringValue()).isEqualTo("gcp.gemini");
            assertThat(asked.get("gen_ai.response.finish_reasons")
                            .getArrayValue()
                            .getValues(0)
                            .getStringValue())
                    .isEqualTo("stop");
            assertThat(asked.get("gen_ai.usage.input_tokens").getIntValue()).isPositive();
            assertThat(asked).doesNotContainKey("error.type");
            assertThat(collector.resources().getFirst().getAttributesList())
                    .extracting(KeyValue::getKey)
                    .contains("service.name");
            assertThat(collector.keys()).containsOnly("the key");
            assertThat(collector.text()).doesNotContain("canaries", customer.key());
        }
    }

    @Test
    void a_share_of_successful_calls_and_all_failed_calls_are_traced() {
        try (OtlpReceiver collector = new OtlpReceiver();
                Gateway gateway = gateway(collector, "telemetry.percent", "0")) {
            Customer customer = gateway.customer("100");
            call(customer, "00-" + CALLER + "-" + PARENT + "-01");
            gateway.script(UpstreamScript.answers().status(400));
            Gateway.Reply failed = call(customer, null);

            assertThat(failed.status()).isEqualTo(503);
            Gateway.await("a trace", () -> collector.spans().stream()
                    .anyMatch(span -> span.getName().startsWith("POST")));
            assertThat(collector.spans())
                    .as("a stranger's flag switches nothing on")
                    .allMatch(span -> failed.header("x-request-id").endsWith(hex(span.getTraceId())));
            Span server = named(collector.spans(), "POST /v1/chat/completions");
            assertThat(server.getStatus().getCode()).isEqualTo(Status.StatusCode.STATUS_CODE_ERROR);
            assertThat(server.getStatus().getMessage()).isEmpty();
            assertThat(attributes(server).get("error.type").getStringValue()).isEqualTo("upstream_error");
            assertThat(collector.spans().stream().filter(span -> span.getKind() == Span.SpanKind.SPAN_KIND_CLIENT))
                    .isNotEmpty()
                    .allMatch(span -> attributes(span).containsKey("error.type"));
        }
    }

    @Test
    void each_attempt_of_a_failed_or_interrupted_call_is_one_span() {
        try (OtlpReceiver collector = new OtlpReceiver();
                Gateway gateway = gateway(collector, "telemetry.percent", "0")) {
            Customer customer = gateway.customer("100");
            gateway.script(UpstreamScript.answers().text("One ").fault("eof"));
            assertThat(call(customer, null).response().body()).contains("One ", "upstream_error");
            assertThat(tries(collector, 1)).singleElement().satisfies(span -> {
                assertThat(span.getStatus().getCode()).isEqualTo(Status.StatusCode.STATUS_CODE_ERROR);
                assertThat(attributes(span)).containsKeys("gen_ai.response.time_to_first_chunk", "error.type");
                assertThat(attributes(span).get("error.type").getStringValue()).isEqualTo("broken");
            });

            gateway.script(UpstreamScript.answers().status(400));
            assertThat(call(customer, null).status()).isEqualTo(503);
            List<Span> both = tries(collector, 2);
            assertThat(both).hasSize(2);
            assertThat(both.getLast().getStatus().getCode()).isEqualTo(Status.StatusCode.STATUS_CODE_ERROR);
            assertThat(attributes(both.getLast()).get("error.type").getStringValue())
                    .isEqualTo("refused");
        }
    }

    /** Returns the spans of all attempts after the number of calls has ended. */
    private static List<Span> tries(OtlpReceiver collector, int calls) {
        Gateway.await(
                calls + " calls",
                () -> collector.spans().stream()
                                .filter(span -> span.getName().equals("settle"))
                                .count()
                        >= calls);
        assertThat(collector.faults()).isEmpty();
        return collector.spans().stream()
                .filter(span -> span.getKind() == Span.SpanKind.SPAN_KIND_CLIENT)
                .toList();
    }

    @Test
    void a_callers_trace_goes_on_where_the_operator_trusts_it() {
        try (OtlpReceiver collector = new OtlpReceiver();
                Gateway gateway = gateway(collector, "telemetry.percent", "0", "telemetry.trust-parent", "true")) {
            Customer customer = gateway.customer("100");
            call(customer, "00-" + CALLER + "-" + PARENT + "-00");
            call(customer, "00-" + CALLER + "-" + PARENT + "-01");

            List<Span> spans = awaitSpans(collector, 4);

            assertThat(spans).hasSize(4).allMatch(span -> hex(span.getTraceId()).equals(CALLER));
            assertThat(hex(named(spans, "POST /v1/chat/completions").getParentSpanId()))
                    .isEqualTo(PARENT);
        }
    }

    @Test
    void spans_that_a_collector_rejects_are_counted_and_no_call_waits() {
        try (OtlpReceiver collector = new OtlpReceiver();
                LogPaper paper = new LogPaper(LogFormat.TEXT);
                Gateway gateway = gateway(collector, "telemetry.percent", "100")) {
            Customer customer = gateway.customer("100");
            collector.refuse(500);
            assertThat(call(customer, null).status()).isEqualTo(200);
            Gateway.await("the line", () -> paper.text().contains("4 spans could not be handed to the collector"));
            assertThat(Scrape.of(gateway).sum("tollgate_spans_dropped_total")).isEqualTo(4);
            collector.hang();
            for (int i = 0; i < 20; i++) {
                assertThat(call(customer, null).status()).isEqualTo(200);
            }
            assertThat(paper.text()).doesNotContain("io.opentelemetry", "HttpExporter");
        }
    }

    @Test
    void a_request_that_is_refused_before_it_is_a_call_is_one_span_with_none_of_its_words() {
        try (OtlpReceiver collector = new OtlpReceiver();
                Gateway gateway = gateway(collector, "telemetry.percent", "100")) {
            Customer poor = gateway.customer("0");
            Gateway.Reply unpaid = call(poor, "00-" + CALLER + "-" + PARENT + "-00");
            Gateway.Reply unknown = gateway.post(
                    "/v1beta/models/canaries:generateContent",
                    "{\"contents\":[{\"parts\":[{\"text\":\"canaries\"}]}]}",
                    poor.key());
            Gateway.Reply keyless = gateway.get("/v1/models?canaries", "sk-canaries");
            Gateway.Reply nowhere = gateway.send(
                    gateway.request("/v1/canaries").method("CANARIES", HttpRequest.BodyPublishers.noBody()));

            List<Span> spans = awaitSpans(collector, 4);

            assertThat(spans).as("one each").hasSize(4).allSatisfy(span -> {
                assertThat(span.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_SERVER);
                assertThat(span.getEndTimeUnixNano()).isGreaterThanOrEqualTo(span.getStartTimeUnixNano());
                assertThat(NAMES).containsAll(attributes(span).keySet());
            });
            Span first = of(unpaid, spans);
            assertTold(first, "POST /v1/chat/completions", "/v1/chat/completions", 402, "insufficient_credits");
            assertThat(attributes(first).get("tollgate.account_id").getStringValue())
                    .isEqualTo(poor.account());
            assertThat(hex(first.getLinks(0).getTraceId())).isEqualTo(CALLER);
            String generate = "/v1beta/models/{model...}:generateContent";
            assertTold(of(unknown, spans), "POST " + generate, generate, 404, "model_not_found");
            assertTold(of(keyless, spans), "GET /v1/models", "/v1/models", 401, "invalid_api_key");
            assertTold(of(nowhere, spans), "_OTHER", null, 404, "invalid_request");
            assertThat(collector.text().toLowerCase(Locale.ROOT)).doesNotContain("canaries", poor.key());
        }
    }

    @Test
    void a_refusal_or_failure_without_a_database_is_exactly_one_span() {
        try (OtlpReceiver collector = new OtlpReceiver();
                Gateway gateway = gateway(collector, "telemetry.percent", "0")) {
            Customer customer = gateway.customer("100");
            Gateway.Reply failed;
            try (Gateway.Fault _ = gateway.fault("INSERT", "open_hold", "true");
                    Gateway.Fault _ = gateway.fault("INSERT", "call", "true")) {
                call(customer, null); // from here on, a hold is confirmed only after it is durable
                failed = call(customer, null);
            }
            Gateway.Reply away;
            try (Gateway.Fault _ = gateway.nothingIsCommitted()) {
                away = awaitTurnedAway(customer);
            }

            Gateway.await("its span", () -> collector.spans().stream().anyMatch(span -> isOf(away, span)));
            assertFailed(of(away, collector.spans()), "POST", "/v1/chat/completions");
            assertThat(failed.status()).isEqualTo(503);
            assertThat(failed.header("x-tollgate-task-id")).isEmpty();
            assertThat(collector.spans().stream()
                            .filter(span -> isOf(failed, span))
                            .map(Span::getKind))
                    .as("as the call that it was")
                    .containsOnlyOnce(Span.SpanKind.SPAN_KIND_SERVER);
        }
    }

    @Test
    void
            what_is_refused_at_the_operators_address_or_while_the_server_drains_is_one_span_and_a_page_that_is_not_there_none() {
        try (OtlpReceiver collector = new OtlpReceiver()) {
            Gateway gateway = gateway(collector, "admin.listen", "127.0.0.1:0", "timeouts.drain", "2m");
            Customer customer = gateway.customer("100");
            Gateway.Reply stranger = gateway.send(HttpRequest.newBuilder(
                    URI.create("http://127.0.0.1:" + gateway.app().adminPort() + "/admin/accounts?canaries")));
            Gateway.Reply page = gateway.get("/canaries", "");
            gateway.script(UpstreamScript.answers().text("One ").delay(FOREVER));
            CompletableFuture<Void> closing;
            AtomicReference<Gateway.Reply> late = new AtomicReference<>();
            try (RawCall running = customer.chatRaw(STREAM)) {
                running.readUntil("One ");
                closing = CompletableFuture.runAsync(gateway::close);
                Gateway.await("a refusal", () -> {
                    late.set(gateway.get("/v1/models", customer.key()));
                    return late.get().status() == 503;
                });
                Gateway.await("its span", () -> collector.spans().stream().anyMatch(span -> isOf(late.get(), span)));
            }
            closing.join();

            List<Span> spans = collector.spans();
            assertThat(collector.faults()).isEmpty();
            assertFailed(of(late.get(), spans), "GET", "/v1/models");
            assertTold(of(stranger, spans), "GET /admin/accounts", "/admin/accounts", 401, "invalid_api_key");
            assertThat(page.status()).isEqualTo(404);
            assertThat(spans).as("whoever scans for pages").noneMatch(span -> isOf(page, span));
            assertThat(collector.text().toLowerCase(Locale.ROOT)).doesNotContain("canaries", customer.key());
        }
    }

    private static void assertFailed(Span span, String method, String route) {
        assertTold(span, method + " " + route, route, 503, "internal_error");
        assertThat(span.getStatus().getCode()).isEqualTo(Status.StatusCode.STATUS_CODE_ERROR);
    }

    /** Returns the immediate refusal of a request during a known database outage. */
    private static Gateway.Reply awaitTurnedAway(Customer customer) {
        AtomicReference<Gateway.Reply> away = new AtomicReference<>();
        Gateway.await("who comes now not to wait", () -> {
            Gateway.Reply reply = customer.chatAside(STREAM)
                    .completeOnTimeout(null, 1, TimeUnit.SECONDS)
                    .join();
            away.set(reply);
            return reply != null && reply.status() == 503 && "2".equals(reply.header("retry-after"));
        });
        return away.get();
    }

    private static boolean isOf(Gateway.Reply reply, Span span) {
        return ("req_" + hex(span.getTraceId())).equals(reply.header("x-request-id"));
    }

    private static Span of(Gateway.Reply reply, List<Span> spans) {
        return spans.stream().filter(span -> isOf(reply, span)).findFirst().orElseThrow();
    }

    private static void assertTold(Span span, String name, String route, int status, String error) {
        Map<String, AnyValue> told = attributes(span);
        assertThat(span.getName()).isEqualTo(name);
        assertThat(told.containsKey("http.route") ? told.get("http.route").getStringValue() : null)
                .isEqualTo(route);
        assertThat(told.get("http.response.status_code").getIntValue()).isEqualTo(status);
        assertThat(told.get("error.type").getStringValue()).isEqualTo(error);
    }

    @Test
    void what_is_no_traceparent_counts_for_nothing() {
        for (String header : List.of(
                "",
                "00-" + CALLER + "-" + PARENT,
                "00-" + CALLER + "-" + PARENT + "-01-more",
                "ff-" + CALLER + "-" + PARENT + "-01",
                "00-" + "0".repeat(32) + "-" + PARENT + "-01",
                "00-" + CALLER + "-" + "0".repeat(16) + "-01",
                "00-" + CALLER.toUpperCase(Locale.ROOT) + "-" + PARENT + "-01")) {
            assertThat(TraceParent.of(header)).as(header).isNull();
        }
        assertThat(TraceParent.of("01-" + CALLER + "-" + PARENT + "-03-more"))
                .isEqualTo(new TraceParent(CALLER, PARENT, true));
    }

    @Test
    void one_in_a_hundred_is_one_in_a_hundred_and_spans_of_a_trace_have_ids_of_their_own() {
        int taken = 0;
        for (long i = 0; i < 100_000; i++) {
            taken += new TraceId(0x0199_0000_0000_0000L + i, i * 0x9e3779b97f4a7c15L).isAmong(1) ? 1 : 0;
        }
        TraceId trace = TraceId.of("req_019aa0b1c2d3e4f50123456789abcdef");

        assertThat(taken).isBetween(800, 1_200);
        assertThat(trace.hex()).isEqualTo("019aa0b1c2d3e4f50123456789abcdef");
        assertThat(java.util.stream.IntStream.range(0, 100)
                        .mapToObj(trace::span)
                        .distinct())
                .hasSize(100)
                .allMatch(id -> id.matches("[0-9a-f]{16}"));
        assertThat(TraceId.of("req_no")).isNull();
    }
}
