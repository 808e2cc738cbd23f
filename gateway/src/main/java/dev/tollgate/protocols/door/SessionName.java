package dev.tollgate.protocols.door;

import dev.tollgate.base.conversation.PromptParts;
import dev.tollgate.storage.secrets.SecretBox;
import dev.tollgate.upstreams.sessions.CallSession;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The name of a request's session (E85): a header, a field of its body, or else the start of its prompt.
 *
 * @param source the word for it: the header's or field's name, or {@value #PREFIX}
 * @param value computes the name
 */
public record SessionName(String source, Supplier<byte[]> value) {

    private static final String PREFIX = "prefix";

    /** The headers, in the order of their precedence. */
    private static final List<String> HEADERS = List.of(
            "x-tollgate-session",
            "x-claude-code-session-id",
            "session-id",
            "session_id",
            "x-session-id",
            "x-session-affinity",
            "x-opencode-session");

    private static final String CONTEXT = "session";
    private static final Pattern VISIBLE = Pattern.compile("[\\x21-\\x7e]{1,255}");
    private static final Pattern IN_JSON =
            Pattern.compile("\"session_id\"\\s*:\\s*\"((?:(?![\"\\\\])[\\x21-\\x7e]){1,255})\"");
    private static final String IN_TEXT = "_session_";

    /**
     * @param names null if the protocol has no fields for them
     * @param start what the session is known by if neither a header nor a field names it
     */
    public static SessionName of(Envelope head, @Nullable CallerNames names, PromptStart start) {
        for (String header : HEADERS) {
            SessionName named = named(header, head.header(header));
            if (named != null) {
                return named;
            }
        }
        SessionName named = names == null ? null : named("prompt_cache_key", names.session());
        if (named == null && names != null && names.user() != null) {
            named = named("metadata.user_id", inUser(names.user()));
        }
        return named == null ? new SessionName(PREFIX, start::bytes) : named;
    }

    /** Returns whether a value can name a session. */
    static boolean isName(@Nullable String value) {
        return value != null && VISIBLE.matcher(value).matches();
    }

    private static @Nullable SessionName named(String source, @Nullable String value) {
        return value != null && isName(value)
                ? new SessionName(source, () -> value.getBytes(StandardCharsets.US_ASCII))
                : null;
    }

    /** Returns the session in Claude Code's name of a user; null if it names a user alone. */
    private static @Nullable String inUser(String user) {
        if (user.startsWith("{")) {
            Matcher json = IN_JSON.matcher(user);
            return json.find() ? json.group(1) : null;
        }
        int at = user.lastIndexOf(IN_TEXT);
        return at < 0 ? null : user.substring(at + IN_TEXT.length());
    }

    /** Returns the session of an account's call of a model. Its key tells nothing about the name. @param parts walks the call's prompt */
    CallSession session(SecretBox secrets, String accountId, String modelId, Supplier<PromptParts> parts) {
        return new CallSession(accountId, source, () -> key(secrets, accountId, modelId), parts);
    }

    private long key(SecretBox secrets, String accountId, String modelId) {
        byte[] name = value.get();
        byte[] scope = (accountId + "\0" + modelId + "\0" + source + "\0").getBytes(StandardCharsets.UTF_8);
        byte[] all = ByteBuffer.allocate(scope.length + name.length)
                .put(scope)
                .put(name)
                .array();
        return ByteBuffer.wrap(secrets.print(CONTEXT, all)).getLong();
    }
}
