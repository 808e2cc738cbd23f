package dev.tollgate.customers.stripe;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.host.UrlText;
import dev.tollgate.base.log.Event;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.base.money.Credits;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.books.plans.Plan;
import dev.tollgate.customers.payments.Payment;
import dev.tollgate.customers.payments.PaymentNotice;
import dev.tollgate.customers.payments.Payments;
import dev.tollgate.http.client.FarEnd;
import dev.tollgate.http.client.Outbound;
import dev.tollgate.http.client.Request;
import dev.tollgate.http.client.Timeouts;
import dev.tollgate.http.client.WholeReply;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Asks Stripe for the page on which a payment is made, and for events. Thread-safe; blocks, never on an event loop. */
public final class StripeCheckout implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(StripeCheckout.class);

    private static final int CONNECTIONS_MAX = 16;
    private static final int REPLY_BYTES_MAX = 256 * 1024;
    private static final long ANSWER_MILLIS = 20_000;
    private static final long WAIT_MILLIS = 30_000;
    private static final int URL_CHARS_MAX = 4_000;
    private static final Timeouts TIMEOUTS = new Timeouts(5_000, ANSWER_MILLIS, ANSWER_MILLIS, ANSWER_MILLIS);

    private final Vertx vertx;
    private final FarEnd stripe;
    private final StripeAccount account;
    private final Payments payments;

    public StripeCheckout(Outbound outbound, StripeAccount account, Payments payments) {
        this.vertx = outbound.vertx();
        this.account = account;
        this.payments = payments;
        this.stripe = new FarEnd(outbound, account.url(), CONNECTIONS_MAX, TIMEOUTS);
    }

    /** Returns the channel of its payments. */
    public Payment.Channel channel() {
        return account.channel();
    }

    /**
     * Asks for the page of a payment that is written down, unless it is known already. Asked again, Stripe gives the same one: our id is the
     * request's.
     *
     * @param back where Stripe sends the customer afterwards
     * @return whether there is one now
     */
    public boolean open(Payment payment, String back) {
        if (payment.url() != null) {
            return true;
        }
        try {
            WholeReply reply = ask(payment, back);
            JsonNode session = reply.status() == 200 ? ApiJson.MAPPER.readTree(reply.body()) : null;
            String id = session == null ? "" : session.path("id").asString("");
            String url = session == null ? "" : session.path("url").asString("");
            if (session == null || !id.matches("[A-Za-z0-9_]{1,200}") || !isLink(url)) {
                log.warn(
                        Event.PAYMENT_FAILED,
                        "payment {}: Stripe refused to create a payment page: status {}",
                        payment.id(),
                        reply.status());
                return false;
            }
            if (session.path("livemode").asBoolean(false) != account.isLive()) {
                log.warn(
                        Event.PAYMENT_FAILED,
                        "payment {}: Stripe's payment page and the key differ in mode (live or test)",
                        payment.id());
                return false;
            }
            payments.opened(payment.id(), id, url);
            return true;
        } catch (ExecutionException | TimeoutException | JacksonException e) {
            log.warn(
                    Event.PAYMENT_FAILED,
                    "payment {}: Stripe could not be reached: {}",
                    payment.id(),
                    String.valueOf(e.getMessage()));
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /**
     * Asks for an event that was sent before.
     *
     * @return null for an event of a kind that says nothing to us
     * @throws NoEvent with a sentence, if Stripe does not answer with it
     */
    public @Nullable PaymentNotice event(String id) throws NoEvent {
        if (!id.matches("evt_[A-Za-z0-9_]{1,96}")) {
            throw new NoEvent(sentence("This is not the id of a Stripe event. It starts with evt_."));
        }
        try {
            WholeReply reply = ask(request("GET", "/v1/events/" + id), new byte[0]);
            if (reply.status() != 200) {
                throw new NoEvent(sentence(
                        "Stripe answered with status {status} to the request for the event.",
                        Integer.toString(reply.status())));
            }
            PaymentNotice notice = StripeEvent.read(reply.body(), Lease.FREE, account.isLive());
            if (notice != null && !notice.id().equals(id)) {
                throw new NoEvent(sentence("Stripe returned a different event."));
            }
            return notice;
        } catch (ExecutionException | TimeoutException | ApiException e) {
            throw new NoEvent(sentence("Stripe could not be reached, or its answer could not be read. Try again."));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NoEvent(sentence("The server is stopping. Try again after the restart."));
        }
    }

    /** The reason why an event is missing, as a sentence. */
    public static final class NoEvent extends Exception {

        private static final long serialVersionUID = 1;

        private final transient Sentence sentence;

        NoEvent(Sentence sentence) {
            super(sentence.english());
            this.sentence = sentence;
        }

        public Sentence sentence() {
            return sentence;
        }
    }

    /** Returns whether a link uses TLS, or the scheme by which Stripe is called. */
    private boolean isLink(String url) {
        try {
            URI link = new URI(url);
            boolean plain = "http".equals(link.getScheme()) && account.url().startsWith("http:");
            return url.length() <= URL_CHARS_MAX
                    && link.getHost() != null
                    && link.getRawUserInfo() == null
                    && ("https".equals(link.getScheme()) || plain);
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private WholeReply ask(Payment payment, String back)
            throws ExecutionException, TimeoutException, InterruptedException {
        Request request = request("POST", "/v1/checkout/sessions")
                .with("content-type", "application/x-www-form-urlencoded")
                .with("idempotency-key", payment.id());
        return ask(request, form(payment, back).getBytes(StandardCharsets.US_ASCII));
    }

    private Request request(String method, String path) {
        return stripe.request(method, path).with("authorization", "Bearer " + account.secretKey());
    }

    private WholeReply ask(Request request, byte[] body)
            throws ExecutionException, TimeoutException, InterruptedException {
        Promise<WholeReply> promise = Promise.promise();
        vertx.runOnContext(_ -> stripe.connect(request)
                .compose(roundtrip -> {
                    Future<WholeReply> reply = WholeReply.of(roundtrip, REPLY_BYTES_MAX);
                    roundtrip.await(ANSWER_MILLIS, false);
                    roundtrip.send(body);
                    return reply;
                })
                .onComplete(promise));
        return promise.future().toCompletionStage().toCompletableFuture().get(WAIT_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Returns what the session and the money say of a payment (K25). */
    private static Map<String, String> described(Payment payment) {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("payment", payment.id());
        metadata.put("account", payment.accountId());
        metadata.put("credits", Long.toString(payment.creditMicros()));
        Payment.Bought bought = payment.bought();
        if (bought != null) {
            metadata.put("plan", bought.plan());
            metadata.put("version", Long.toString(bought.version()));
            metadata.put("when", bought.atOnce() ? StripeEvent.NOW : "after");
        }
        return metadata;
    }

    private String product(Payment payment) {
        Plan.Version version = payments.version(payment);
        return version == null
                ? Credits.text(payment.creditMicros()) + " credits"
                : version.terms().name() + ", 1 " + version.terms().period().word();
    }

    private String form(Payment payment, String back) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("mode", "payment");
        fields.put("client_reference_id", payment.id());
        // The payment is made from these if its row is lost by a restore (C32).
        described(payment).forEach((name, value) -> {
            fields.put("metadata[" + name + "]", value);
            fields.put("payment_intent_data[metadata][" + name + "]", value);
        });
        fields.put("success_url", back + "?back=1");
        fields.put("cancel_url", back);
        fields.put("line_items[0][quantity]", "1");
        fields.put("line_items[0][price_data][currency]", "usd");
        fields.put("line_items[0][price_data][unit_amount]", Long.toString(payment.netCents()));
        fields.put("line_items[0][price_data][product_data][name]", product(payment));
        // Otherwise Stripe may ask for another currency than the one in which the event is compared.
        fields.put("adaptive_pricing[enabled]", "false");
        if (account.tax()) {
            fields.put("automatic_tax[enabled]", "true");
            fields.put("line_items[0][price_data][tax_behavior]", "exclusive");
        }
        return UrlText.form(fields);
    }

    @Override
    public void close() {
        stripe.close();
    }
}
