package dev.tollgate.pages.docs;

import java.util.Map;
import java.util.Set;
import org.commonmark.ext.gfm.tables.TableCell;
import org.commonmark.node.Code;
import org.commonmark.node.CustomBlock;
import org.commonmark.node.Node;
import org.commonmark.renderer.NodeRenderer;
import org.commonmark.renderer.html.HtmlNodeRendererContext;
import org.commonmark.renderer.html.HtmlWriter;

/** A heading that is a name in code, with its text: a reader can look for it in the {@link Filter} of its page. */
final class NamedBlock extends CustomBlock {

    /** The field that hides entries without a word that the reader types. */
    static final class Filter extends CustomBlock {

        private final String label;

        Filter(String label) {
            this.label = label;
        }
    }

    /** A renderer for one rendering. */
    static final class Rendering implements NodeRenderer {

        private final HtmlNodeRendererContext context;
        private final HtmlWriter html;

        Rendering(HtmlNodeRendererContext context) {
            this.context = context;
            this.html = context.getWriter();
        }

        @Override
        public Set<Class<? extends Node>> getNodeTypes() {
            return Set.of(NamedBlock.class, Filter.class, Code.class);
        }

        @Override
        public void render(Node node) {
            switch (node) {
                case Filter filter -> {
                    html.raw("<p class=\"filter\" hidden data-filter><label for=\"filter\">");
                    html.text(filter.label);
                    html.raw("</label> <input id=\"filter\" type=\"search\" autocomplete=\"off\">"
                            + " <span class=\"muted small\" role=\"status\"></span></p>");
                }
                case Code code -> code(code.getLiteral(), isInTable(code));
                default -> {
                    html.tag("div", Map.of("class", "entry"));
                    for (Node child = node.getFirstChild(); child != null; child = child.getNext()) {
                        context.render(child);
                    }
                    html.tag("/div");
                }
            }
        }

        private static boolean isInTable(Node node) {
            Node parent = node.getParent();
            return parent != null && (parent instanceof TableCell || isInTable(parent));
        }

        /** Writes code. In a table a long name may break after its parts, so that it is never wider than its column. */
        private void code(String literal, boolean breaks) {
            html.tag("code");
            int start = 0;
            for (int i = 0; i < literal.length() - 1; i++) {
                if (breaks && literal.length() > 12 && "._/-,:=?&".indexOf(literal.charAt(i)) >= 0) {
                    html.text(literal.substring(start, i + 1));
                    html.raw("<wbr>");
                    start = i + 1;
                }
            }
            html.text(literal.substring(start));
            html.tag("/code");
        }
    }
}
