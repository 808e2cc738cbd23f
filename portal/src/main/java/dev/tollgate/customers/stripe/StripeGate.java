package dev.tollgate.customers.stripe;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.http.BodyGate;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Gate;
import io.vertx.core.Future;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Lets in what says that Stripe has signed it lately; whether that is so shows when the body is there. Where no payments are configured there is
 * nothing here.
 *
 * @param account null where there is none
 */
public record StripeGate(@Nullable StripeAccount account, WebhookCounts counts, InstantSource clock)
        implements Gate<StripeGate.Signed>, BodyGate<StripeGate.Signed> {

    static final int BODY_BYTES_MAX = 256 * 1024;

    /** Somebody who shows a signature. */
    public record Signed(StripeSignature signature, StripeAccount account) {}

    @Override
    public String name() {
        return "Stripe's signature";
    }

    @Override
    public Future<Signed> admit(Exchange exchange) {
        if (account == null) {
            throw ApiError.of(ErrorCode.INVALID_REQUEST, "Payments by Stripe are not configured on this server.")
                    .withStatus(404)
                    .asException();
        }
        StripeSignature signature = StripeSignature.read(exchange.header("stripe-signature"));
        if (signature == null || !signature.isFresh(clock.instant())) {
            throw refusal(exchange, counts);
        }
        return Future.succeededFuture(new Signed(signature, account));
    }

    /** Nothing tells whether it was the time, the secret or the bytes. */
    static ApiException refusal(Exchange exchange, WebhookCounts counts) {
        counts.count(WebhookCounts.Kind.NOT_SIGNED);
        return exchange.refuseWrongKey(
                ApiError.of(ErrorCode.INVALID_REQUEST, "The event's signature is wrong or too old.")
                        .withStatus(400));
    }

    /** Asked for what is not small: only that is read whose end is known and near. */
    @Override
    public Question ask(Exchange exchange, Signed caller) {
        String length = exchange.header("content-length");
        boolean isNear = length != null
                && length.matches("[0-9]{1,9}")
                && Integer.parseInt(length) <= BODY_BYTES_MAX
                && exchange.header("content-encoding") == null;
        if (!isNear) {
            throw tooLarge();
        }
        return Read::new;
    }

    static ApiException tooLarge() {
        return ApiError.of(
                        ErrorCode.INVALID_REQUEST,
                        "An event has at most " + BODY_BYTES_MAX + " bytes, a Content-Length and no Content-Encoding.")
                .withStatus(413)
                .asException();
    }
}
