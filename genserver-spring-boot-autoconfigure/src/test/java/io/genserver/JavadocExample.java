package io.genserver;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;

/** The first example in the Javadoc of a type of the public API. */
final class JavadocExample {

	private static final Pattern EXAMPLE = Pattern.compile("(?s)\\A.*?\\n/\\*\\*(.*?)<pre class=\"code\">(.*?)</pre>");

	private JavadocExample() {
	}

	/** The example as a reader of the Javadoc sees it. */
	static String of(String type) throws IOException {
		String source = Files.readString(Path.of("src/main/java/io/genserver/" + type + ".java"));
		Matcher example = EXAMPLE.matcher(source);
		assertThat(example.find()).as("example of " + type).isTrue();
		assertThat(example.group(1)).as("what is before the example of " + type).doesNotContain("*/");
		return example.group(2)
			.replaceAll("(?m)^ \\* ?", "")
			.replace("&#064;", "@")
			.replace("&gt;", ">")
			.replace("&lt;", "<")
			.replace("&amp;", "&");
	}

}
