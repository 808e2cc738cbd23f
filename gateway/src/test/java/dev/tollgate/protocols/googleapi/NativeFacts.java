package dev.tollgate.protocols.googleapi;

import dev.tollgate.base.memory.Lease;
import dev.tollgate.models.Model;
import dev.tollgate.models.OfferedTier;
import dev.tollgate.upstreams.media.CallMedia;
import dev.tollgate.upstreams.pool.NativeAsk;
import dev.tollgate.upstreams.pool.SignatureOrigins;
import java.util.List;

/** What is known of a request in Gemini's format, for tests outside this package. */
public final class NativeFacts {

    private final NativeRequest request;

    /** @param request as {@link GenerateProtocol} reads it, without cached contents */
    public NativeFacts(Object request) {
        this.request = ((OpenNative) request).whole();
    }

    public List<String> signatures() {
        return request.signatures();
    }

    /** Returns the schema of the answer as JSON, {@code null} without one. */
    public String schema() {
        return String.valueOf(request.schema());
    }

    public NativeAsk ask(Model model, SignatureOrigins origins, Lease memory) {
        return new NativeAsk(
                new NativeAsk.Wish(
                        request.body(),
                        request.candidates(),
                        request.providerTools(),
                        PromptSizes.of(request),
                        OfferedTier.of(model, request.tier()),
                        null,
                        true,
                        null),
                model.id(),
                model.upstream().asked().name(),
                origins,
                new CallMedia(),
                memory);
    }
}
