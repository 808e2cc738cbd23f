package dev.tollgate.pages.refusals;

import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.BlockTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.tree.ParenthesizedTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreeScanner;
import dev.tollgate.testing.Modules;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/**
 * The sentences of refusals in the sources: those in a call that refuses, and sentences of a constant or a method that is named in one. Pages are left
 * out, since what they refuse themselves has no other face, and so is what no page asks.
 */
final class RefusalSentences {

    private static final String NOT_ASKED_BY_FORMS = ".*/(?:pages|cli|oidc)/.*|(?:gateway|sandbox|app|verification)/.*";

    private static final Set<String> REFUSING = Set.of(
            "refused",
            "refusal",
            "wrong",
            "invalid",
            "later",
            "notAllowed",
            "about",
            "said",
            "that",
            "forbidden",
            "ApiException",
            "Mistake",
            "ApiError.of");

    /** The class of each sentence. */
    private final Map<String, String> places = new TreeMap<>();

    /** The sentences of constants and methods, with their classes, by the name of the constant or method. */
    private final Map<String, Map<String, String>> named = new HashMap<>();

    /** What is named in calls that refuse. */
    private final Set<String> mentioned = new HashSet<>();

    private RefusalSentences() {}

    /** Returns the sentences, each with its class. */
    static Map<String, String> find() {
        RefusalSentences found = new RefusalSentences();
        List<Path> sources = Modules.sources().stream()
                .filter(file -> !file.toString().matches(NOT_ASKED_BY_FORMS))
                .toList();
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
            JavacTask task = (JavacTask) compiler.getTask(
                    null, manager, _ -> {}, List.of(), null, manager.getJavaFileObjectsFromPaths(sources));
            for (CompilationUnitTree unit : task.parse()) {
                String file =
                        Path.of(unit.getSourceFile().toUri()).getFileName().toString();
                found.new Scan(file.replace(".java", "")).scan(unit, null);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        found.mentioned.forEach(name -> found.named.getOrDefault(name, Map.of()).forEach(found.places::putIfAbsent));
        return found.places;
    }

    private final class Scan extends TreeScanner<Void, Void> {

        private final String place;
        private @Nullable String declared;
        private boolean refuses;

        private Scan(String place) {
            this.place = place;
        }

        @Override
        public Void visitVariable(VariableTree tree, Void unused) {
            String outer = declared;
            declared = isSentence(tree.getType()) ? named(tree.getName().toString()) : outer;
            super.visitVariable(tree, null);
            declared = outer;
            return null;
        }

        @Override
        public Void visitMethod(MethodTree tree, Void unused) {
            declared = isSentence(tree.getReturnType()) ? named(tree.getName().toString()) : null;
            super.visitMethod(tree, null);
            declared = null;
            return null;
        }

        /** A constant may be named in another class. */
        private String named(String name) {
            return name.equals(name.toUpperCase(Locale.ROOT)) ? name : place + "." + name;
        }

        private static boolean isSentence(@Nullable Tree type) {
            return type != null && type.toString().endsWith("Sentence");
        }

        @Override
        public Void visitClass(ClassTree tree, Void unused) {
            return scanned(false, () -> super.visitClass(tree, null));
        }

        @Override
        public Void visitBlock(BlockTree tree, Void unused) {
            return scanned(false, () -> super.visitBlock(tree, null));
        }

        @Override
        public Void visitMethodInvocation(MethodInvocationTree tree, Void unused) {
            String whole = tree.getMethodSelect().toString();
            String name = whole.substring(whole.lastIndexOf('.') + 1);
            String english = name.equals("sentence") && !tree.getArguments().isEmpty()
                    ? literal(tree.getArguments().getFirst())
                    : null;
            if (english != null && refuses) {
                places.putIfAbsent(english, place);
            } else if (english != null && declared != null) {
                named.computeIfAbsent(declared, _ -> new HashMap<>()).put(english, place);
            }
            scan(tree.getMethodSelect(), null);
            boolean refusing = REFUSING.contains(name) || REFUSING.contains(whole);
            return scanned(refuses || refusing, () -> scan(tree.getArguments(), null));
        }

        @Override
        public Void visitNewClass(NewClassTree tree, Void unused) {
            boolean refusing = REFUSING.contains(tree.getIdentifier().toString());
            return scanned(refuses || refusing, () -> super.visitNewClass(tree, null));
        }

        private Void scanned(boolean refusing, Runnable scan) {
            boolean outer = refuses;
            refuses = refusing;
            scan.run();
            refuses = outer;
            return null;
        }

        @Override
        public Void visitIdentifier(IdentifierTree tree, Void unused) {
            return mention(tree.getName().toString());
        }

        @Override
        public Void visitMemberSelect(MemberSelectTree tree, Void unused) {
            mention(tree.getIdentifier().toString());
            return super.visitMemberSelect(tree, null);
        }

        private Void mention(String name) {
            if (refuses) {
                mentioned.add(named(name));
            }
            return null;
        }

        private static @Nullable String literal(Tree tree) {
            return switch (tree) {
                case ParenthesizedTree it -> literal(it.getExpression());
                case LiteralTree it when it.getValue() instanceof String text -> text;
                case BinaryTree it -> {
                    String left = literal(it.getLeftOperand());
                    String right = literal(it.getRightOperand());
                    yield left == null || right == null ? null : left + right;
                }
                default -> null;
            };
        }
    }
}
