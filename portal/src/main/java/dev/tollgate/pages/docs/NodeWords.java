package dev.tollgate.pages.docs;

import java.util.ArrayList;
import java.util.List;
import org.commonmark.ext.gfm.tables.TableCell;
import org.commonmark.ext.gfm.tables.TableHead;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Code;
import org.commonmark.node.Heading;
import org.commonmark.node.Node;
import org.commonmark.node.SoftLineBreak;
import org.commonmark.node.Text;
import org.jspecify.annotations.Nullable;

/** The words of a Markdown node, without their form. Pure. */
final class NodeWords {

    private NodeWords() {}

    static String of(Node node) {
        return joined(node, "");
    }

    /** Returns the words of a node and of all that follow it until the next heading, for those who look for words. */
    static String ofSection(@Nullable Node first) {
        StringBuilder words = new StringBuilder();
        for (Node node = first; node != null && !(node instanceof Heading); node = node.getNext()) {
            words.append(joined(node, " "));
        }
        return words.toString();
    }

    private static String joined(Node node, String between) {
        StringBuilder words = new StringBuilder();
        node.accept(new AbstractVisitor() {
            @Override
            public void visit(Text text) {
                words.append(text.getLiteral()).append(between);
            }

            @Override
            public void visit(Code code) {
                words.append(code.getLiteral()).append(between);
            }

            @Override
            public void visit(SoftLineBreak end) {
                words.append(' ');
            }
        });
        return words.toString();
    }

    /** Returns the words above a cell of a table with three columns or more, whose cells stand one below the other on a phone; else nothing. */
    static String head(TableCell cell) {
        int column = 0;
        for (Node before = cell.getPrevious(); before != null; before = before.getPrevious()) {
            column++;
        }
        Node table = cell.getParent().getParent().getParent();
        if (column == 0 || !(table.getFirstChild() instanceof TableHead head)) {
            return "";
        }
        List<Node> heads = new ArrayList<>();
        for (Node each = head.getFirstChild().getFirstChild(); each != null; each = each.getNext()) {
            heads.add(each);
        }
        return heads.size() < 3 ? "" : of(heads.get(column));
    }
}
