package dev.tollgate.protocols.door;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.ids.CallLabels;
import dev.tollgate.base.json.MessageText;
import dev.tollgate.books.labels.EndUser;
import dev.tollgate.keys.KeyCaller;
import dev.tollgate.keys.KeyCaller.LabelRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads the labels of a request: tags from its key, then from the header {@value #TAGS}, then from the metadata of its body; the end user from the header
 * {@value #END_USER}, then from the user in the body. Confined to its request.
 */
final class LabelReading {

    private static final String TAGS = "x-tollgate-tags";
    private static final String END_USER = "x-tollgate-end-user";

    /** The headers that label a call. */
    static final List<String> HEADERS = List.of(TAGS, END_USER);

    /** The most pairs of the header: the account counts no more names, and a few may be another's. */
    private static final int PAIRS_MAX = 16;

    private static final String FORM =
            "must have up to " + PAIRS_MAX + " pairs like feature=search, with commas between them: "
                    + CallLabels.NAME_FORM + ", a value " + CallLabels.VALUE_FORM + ".";

    /** The names of the metadata in the bodies of the protocols. */
    private static final List<String> METADATA = List.of("metadata", "labels");

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
        if (names != null && !rules.equals(LabelRules.NONE)) {
            reading.metadata(names);
        }
        reading.endUser(users, names);
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
    private void metadata(CallerNames names) {
        if (names.tags().isEmpty() && names.others().isEmpty()) {
            return;
        }
        String whole = METADATA.stream().filter(ignored::remove).findFirst().orElse(null);
        String field = (whole == null ? METADATA.getFirst() : whole) + ".";
        new TreeMap<>(names.tags()).forEach((name, value) -> {
            if (CallLabels.isValue(value) && rules.names().contains(name)) {
                take(field + name, name, value);
            } else if (whole != null || rules.names().contains(name)) {
                ignored.add(field + MessageText.plain(name));
            }
        });
        names.others().forEach(name -> ignored.add(field + MessageText.plain(name)));
    }

    private void endUser(List<String> lines, @Nullable CallerNames names) {
        if (lines.size() > 1) {
            throw ApiError.invalid(END_USER, "The header " + END_USER + " was sent more than once; it must come once.")
                    .asException();
        }
        String header = lines.isEmpty() ? null : EndUser.ofHeader(lines.getFirst());
        if (rules.endUsers()) {
            named(header, names);
        } else if (header != null) {
            ignored.add(END_USER);
        }
    }

    private void named(@Nullable String header, @Nullable CallerNames names) {
        String body = names == null ? null : names.user();
        boolean isHeader = header != null && !header.isBlank();
        String named = isHeader ? header : body;
        endUser = named == null ? "" : EndUser.counted(named);
        if (endUser.isEmpty() && isHeader) {
            ignored.add(END_USER);
        } else if (!endUser.isEmpty() && !isHeader && names != null) {
            ignored.remove(names.userField());
        }
    }
}
