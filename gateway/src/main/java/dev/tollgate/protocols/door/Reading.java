package dev.tollgate.protocols.door;

import dev.tollgate.base.conversation.PromptParts;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.calls.metering.MeteredCall;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.calls.replay.Outlet;
import dev.tollgate.calls.replay.Sha256;
import dev.tollgate.http.limits.Quotas;
import dev.tollgate.keys.FreeReads;
import dev.tollgate.keys.KeyCaller;
import dev.tollgate.keys.RateHeaders;
import dev.tollgate.models.Model;
import dev.tollgate.protocols.door.answers.StreamForm;
import dev.tollgate.upstreams.pool.Ask;
import java.time.Instant;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A request that is being read: opened with its head, then given its body. Knows what its protocol means by the body. Confined to its request.
 *
 * @param <R> what the protocol reads a body into
 */
public abstract class Reading<R> {

    private @Nullable String print;
    private @Nullable Envelope head;
    private @Nullable FreeReads reads;
    private boolean hasOpenedKept;
    private @Nullable FittedImages images;

    /** Returns the text that precedes the body in its hash: together they are all that makes two requests the same. */
    public abstract String label();

    /** Returns the requested model if it is known without the body, else null. */
    public @Nullable String model() {
        return null;
    }

    /** Returns whether the answer is embeddings, for which other models are on sale (E69). */
    public boolean embeds() {
        return false;
    }

    /** Returns the form in which a stream of the answer leaves. */
    public abstract StreamForm form();

    final void openedWith(Envelope envelope) {
        head = envelope;
    }

    /** Returns what names the session of the request; null if it belongs to none. */
    final @Nullable SessionName sessionName(R request) {
        return head == null ? null : sessionName(request, head);
    }

    /** Returns the labels of the request that the account counts. @throws dev.tollgate.base.error.ApiException a 400 for a header of another form */
    final LabelReading.Labelled labels(KeyCaller caller, R request, List<String> ignored) {
        return LabelReading.read(caller, head, callerNames(request), ignored);
    }

    final R take(byte[] body, Lease memory) {
        R request = read(body, memory);
        print = printOf(body);
        return request;
    }

    /** Returns the SHA-256, in lower-case hex, of all that makes two requests the same. Called once, after {@link #read}. */
    protected String printOf(byte[] body) {
        return Sha256.of(label(), body);
    }

    /** Returns the SHA-256 of label and body, in lower-case hex, once the body has been taken. */
    final String print() {
        if (print == null) {
            throw new IllegalStateException("the body has not been read");
        }
        return print;
    }

    /** Notes that a call which opens kept content has been counted as free work. */
    final void openedKept() {
        hasOpenedKept = true;
    }

    final boolean hasOpenedKept() {
        return hasOpenedKept;
    }

    /** Notes what counts the files that hold the kept content. */
    final void willRead(FreeReads its) {
        reads = its;
    }

    /** The call has a hold, which pays for the kept content. */
    final void paid() {
        if (reads != null) {
            reads.paid();
        }
    }

    /**
     * Reads the body.
     *
     * @param memory is charged for the result
     * @throws dev.tollgate.base.error.ApiException if the body does not follow the protocol
     */
    protected abstract R read(byte[] body, Lease memory);

    /** Returns whether the request is answered in the background, as a job (J30). */
    protected boolean inBackground(R request) {
        return false;
    }

    /** Returns the object that stands for the answer until there is one. Called after {@link #ask}. @param id of the job */
    protected byte[] queued(R request, String id) {
        throw new IllegalStateException("a protocol without work in the background");
    }

    /** Returns whether there is no room for what the answer has to be kept with. Called after {@link #ask}. */
    protected boolean lacksRoom(R request) {
        return false;
    }

    /** Returns the request's name of the field that holds most of it. */
    protected String inputField() {
        return "input";
    }

    /** Returns what names the session of the request, or null. Called after {@link #load}. */
    protected @Nullable SessionName sessionName(R request, Envelope envelope) {
        return null;
    }

    /** Returns what the request names in its body; null if the protocol has no fields for it. */
    protected @Nullable CallerNames callerNames(R request) {
        return null;
    }

    /** Walks the prompt of a request that has a session. */
    protected PromptParts parts(R request) {
        throw new IllegalStateException("a request without a session");
    }

    /** Returns the model as the caller named it. */
    protected abstract String model(R request);

    /** Returns the request's names of fields without effect on the model (D5). */
    protected abstract List<String> ignored(R request, Model model);

    /** Returns the caller's maximum of output tokens; null without one. */
    protected abstract @Nullable Long tokensMax(R request);

    /** Returns the most that such a maximum may be: what it asks for above that is cut (D21). */
    protected long tokensMaxMost(R request, Model model, String accountId) {
        return model.upstream().outputTokensMax();
    }

    /** Returns the request's name of that maximum; null without one. */
    protected abstract @Nullable String tokensMaxField(R request);

    /** Returns whether it holds media or anything else that takes long to look through. */
    protected abstract boolean isHeavy(R request);

    /** Returns whether stored data may have to be looked up for it. */
    protected abstract boolean looksUp(R request, Model model);

    /** Returns whether kept content is opened for the request: what it becomes may be large, however small the request is. */
    protected boolean opensKept(R request) {
        return false;
    }

    /**
     * Finds the kept content, and opens nothing. Blocks; called only if the request {@link #opensKept}, before {@link #load}.
     *
     * @param reads the owner of the key, who may not have all that the account has kept
     * @return the bytes that it becomes
     * @throws dev.tollgate.base.error.ApiException if it refers to something that does not exist
     * @throws dev.tollgate.storage.StoreException if that cannot be looked up
     */
    protected long findKept(R request, String accountId, KeyOwner reads, Lease memory) {
        return 0;
    }

    /** Returns the bytes of the kept content that lie in stored files. Called after {@link #findKept}. */
    protected long fileBytes(R request) {
        return 0;
    }

    /**
     * Looks up what the request refers to, before it is checked. Blocks; called only if it {@link #looksUp}.
     *
     * @throws dev.tollgate.base.error.ApiException if it refers to something that does not exist
     * @throws dev.tollgate.storage.StoreException if that cannot be looked up
     */
    protected void load(R request, String accountId, Lease memory) {}

    /** Returns a refusal of the request with the caller's names of fields, if the request was rewritten. */
    protected ApiError named(R request, ApiError refusal) {
        return refusal;
    }

    /** @throws dev.tollgate.base.error.ApiException for what the model cannot do */
    protected abstract void check(R request, Model model);

    /** Returns the maximum of output tokens if the caller has none; null for none at all. */
    protected abstract @Nullable Long tokensMaxByDefault(Model model);

    /**
     * Returns the request for the upstream. Blocks if it {@link #looksUp}.
     *
     * @throws dev.tollgate.storage.StoreException if that cannot be looked up
     */
    protected abstract Ask ask(R request, Model model, String accountId, Lease memory);

    /** Returns the images that the request asks for, fitted to a model once. @param fitting fits them */
    protected final FittedImages images(Model model, Function<Model, FittedImages> fitting) {
        FittedImages known = images;
        if (known == null || known.model() != model) {
            known = fitting.apply(model);
            images = known;
        }
        return known;
    }

    /** Shows the rest of the tightest limits in the headers of the protocol's clients. */
    protected void showRates(Quotas.Standing standing, BiConsumer<String, String> headers) {
        RateHeaders.show(standing, headers);
    }

    /** Shows the same in the headers of Anthropic's clients. */
    protected static void showAnthropicsRates(
            Quotas.Standing standing, Instant now, BiConsumer<String, String> headers) {
        RateHeaders.showAnthropics(standing, now, headers);
    }

    /** Returns what writes the answer. */
    protected abstract Sink sink(R request, Outlet outlet, MeteredCall call);
}
