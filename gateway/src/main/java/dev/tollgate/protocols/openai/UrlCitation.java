package dev.tollgate.protocols.openai;

import dev.tollgate.base.json.Utf8Buffer;
import java.util.List;

/** A {@code url_citation} annotation. Indexes count Unicode code points of the choice's whole content (D7, D45). */
public record UrlCitation(int startIndex, int endIndex, String url, String title) {

    /** The value of {@code annotations}. */
    public static void write(List<UrlCitation> citations, Utf8Buffer out) {
        char before = '[';
        for (UrlCitation citation : citations) {
            citation.write(out.raw(before));
            before = ',';
        }
        out.raw(before == '[' ? "[]" : "]");
    }

    private void write(Utf8Buffer out) {
        out.raw("{\"type\":\"url_citation\",\"url_citation\":{\"start_index\":").number(startIndex);
        out.raw(",\"end_index\":").number(endIndex);
        out.raw(",\"url\":").string(url);
        out.raw(",\"title\":").string(title).raw("}}");
    }
}
