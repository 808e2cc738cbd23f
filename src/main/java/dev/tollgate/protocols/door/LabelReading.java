package dev.tollgate.protocols.door;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.host.WrittenText;
import dev.tollgate.base.ids.CallLabels;
import dev.tollgate.base.json.Shown;
import dev.tollgate.calls.replay.Sha256;
import dev.tollgate.customers.keys.KeyCaller;
import dev.tollgate.customers.keys.KeyCaller.LabelRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the labels of a request: tags from its key, then from the header {@value #TAGS}, then from the metadata of its body; the end user from the header
 * {@value #END_USER}, then from the user in the body. Confined to its request.
 */
final class LabelReading {

    private static final String TAGS = "x-tollgate-tags";
    private static final String END_USER = "x-tollgate-end-user";

    /** The most pairs of the header: the account counts no more names, and a few may be another's. */
    private static final int PAIRS_MAX = 16;

    private static final String FORM =
            "must have up to " + PAIRS_MAX + " pairs like feature=search, with commas between them: "
                    + CallLabels.NAME_FORM + ", a value " + CallLabels.VALUE_FORM + ".";

    /** The names of the metadata in the bodies of the protocols. */
    private static final List<String> METADATA = List.of("metadata", "labels");

    /** The names of the user in the bodies of the protocols; the first that a body has named the end user. */
    private static final List<String> USERS = List.of("safety_identifier", "user");

    /** Claude Code's user: device and account, of one session. */
    private static final Pattern OF_CLAUDE_CODE = Pattern.compile("(user_.+)_session_[0-9a-fA-F-]+");

    private static final Pattern IN_JSON = Pattern.compile("\"(device_id|account_uuid)\"\\s*:\\s*\"([^\"\\\\]*)\"");
    private static final int DIGITS = 16;

    private final LabelRules rules;
    private final List<String> ignored;
    private final TreeMap<String, String> tags = new TreeMap<>();
    private String endUser = "";

    private LabelReading(LabelRules rules, List<String> ignored) {
        this.rules = rules;
        this.ignored = new ArrayList<>(ignored);
    }

    /** The labels of a request. @param ignored the fields without effect, other labels included */
    record Labelled(CallLabels labels, List<String> ignored) {}

    /**
     * Returns the labels that the account counts.
     *
     * @param caller whose key may have tags
     * @param head null if the request did not come by HTTP
     * @param names null if the protocol has no fields for them
     * @param ignored the body's fields without effect
     * @throws ApiException a 400 for a header of another form, or for two end users
     */
    static Labelled read(KeyCaller caller, @Nullable Envelope head, @Nullable CallerNames names, List<String> ignored) {
        LabelRules rules = caller.labels();
        SortedMap<String, String> ofKey = caller.key().settings().tags();
        List<String> lines = head == null ? List.of() : head.headers(TAGS);
        List<String> users = head == null ? List.of() : head.headers(END_USER);
        if (lines.isEmpty() && users.isEmpty() && ofKey.isEmpty() && rules.equals(LabelRules.NONE)) {
            return new Labelled(CallLabels.NONE, ignored);
        }
        LabelReading reading = new LabelReading(rules, ignored);
        ofKey.forEach((name, value) -> reading.take("key.tags." + name, name, value));
        if (!lines.isEmpty()) {
            reading.header(String.join(",", lines)); // as HTTP combines the lines of a list
        }
        if (names != null && !rules.names().isEmpty()) {
            reading.metadata(names.tags());
        }
        reading.endUser(users, names == null ? null : names.user());
        return new Labelled(new CallLabels(reading.tags, reading.endUser), List.copyOf(reading.ignored));
    }

    private void header(String header) {
        String[] pairs = header.split(",", -1);
        if (pairs.length > PAIRS_MAX) {
            throw malformed();
        }
        Set<String> seen = new TreeSet<>();
        for (String pair : pairs) {
            int at = pair.indexOf('=');
            String name = at < 0 ? "" : pair.substring(0, at).strip();
            String value = pair.substring(at + 1).strip();
            if (!CallLabels.isName(name) || !CallLabels.isValue(value) || !seen.add(name)) {
                throw malformed();
            }
            take(TAGS + "." + name, name, value);
        }
    }

    /** Takes a tag if the account counts its name and no source before has named it. */
    private void take(String field, String name, String value) {
        if (!rules.names().contains(name) || tags.putIfAbsent(name, value) != null) {
            ignored.add(field);
        }
    }

    private static ApiException malformed() {
        return ApiError.invalid(TAGS, "The '" + TAGS + "' header " + FORM).asException();
    }

    /** Takes the declared names; the others are listed one by one if the body's field was listed as a whole. */
    private void metadata(Map<String, String> pairs) {
        String field = METADATA.stream().filter(ignored::remove).findFirst().orElse(null);
        new TreeMap<>(pairs).forEach((name, value) -> {
            boolean isDeclared = rules.names().contains(name);
            boolean isTaken = isDeclared && CallLabels.isValue(value);
            if (isTaken) {
                tags.putIfAbsent(name, value);
            } else if (isDeclared || field != null) {
                ignored.add((field == null ? METADATA.getFirst() : field) + "." + Shown.plain(name));
            }
        });
    }

    private void endUser(List<String> lines, @Nullable String user) {
        if (lines.size() > 1) {
            throw ApiError.invalid(END_USER, "The header " + END_USER + " was sent more than once; it must come once.")
                    .asException();
        }
        String header = lines.isEmpty() ? null : lines.getFirst();
        if (rules.endUsers()) {
            named(header, user);
        } else if (header != null) {
            ignored.add(END_USER);
        }
    }

    private void named(@Nullable String header, @Nullable String user) {
        String named = header == null ? user : header;
        if (named == null || named.isBlank()) {
            return;
        }
        String whole = header == null ? withoutSession(named) : named.strip();
        if (!WrittenText.isClean(whole)) {
            if (header != null) {
                ignored.add(END_USER);
            }
            return;
        }
        if (header == null && !ignored.remove(USERS.getFirst())) {
            ignored.remove(USERS.getLast());
        }
        endUser = whole.length() <= CallLabels.END_USER_CHARS_MAX
                ? whole
                : "#" + Sha256.of(whole).substring(0, DIGITS);
    }

    /** Returns device and account of Claude Code's user, whose session is another one each time. */
    private static String withoutSession(String user) {
        if (user.startsWith("{")) {
            Matcher json = IN_JSON.matcher(user);
            List<String> parts = new ArrayList<>();
            while (json.find()) {
                parts.add(json.group(2));
            }
            parts.removeIf(String::isEmpty);
            return parts.isEmpty() ? user : String.join(" ", parts);
        }
        Matcher text = OF_CLAUDE_CODE.matcher(user);
        return text.matches() ? text.group(1) : user.strip();
    }
}
