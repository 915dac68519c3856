package io.genserver.demo.board;

import java.time.Duration;

import io.genserver.GenServerException;
import io.genserver.GenServerTimeoutException;
import io.genserver.GenServerUnavailableException;
import io.genserver.MailboxFullException;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * The board over HTTP.
 */
@RestController
class BoardController {

	private final Board board;

	BoardController(Board board) {
		this.board = board;
	}

	@GetMapping(path = "/board.png", produces = MediaType.IMAGE_PNG_VALUE)
	Mono<ResponseEntity<byte[]>> board() {
		return this.board.render()
			.publishOn(Schedulers.boundedElastic())
			.map(Png::encode)
			.map((file) -> ResponseEntity.ok().cacheControl(CacheControl.noStore()).body(file));
	}

	@PostMapping("/board.png")
	Mono<Painted> paint(@RequestParam(defaultValue = "0") int x, @RequestParam(defaultValue = "0") int y,
			ServerHttpRequest request) {
		if (x < 0 || x >= Board.WIDTH || y < 0 || y >= Board.HEIGHT) {
			return Mono.error(new BadPictureException("The corner " + x + "," + y + " is outside the board of "
					+ Board.WIDTH + " by " + Board.HEIGHT + " pixels"));
		}
		// Whatever content type the client claims:
		// curl calls it a form unless told otherwise.
		return Upload.of(request.getBody())
			.publishOn(Schedulers.boundedElastic())
			.map((file) -> Png.decode(file, Board.WIDTH - x, Board.HEIGHT - y))
			.flatMap((picture) -> Mono.fromCallable(() -> paint(picture, x, y)));
	}

	private Painted paint(Picture picture, int x, int y) throws InterruptedException {
		long start = System.nanoTime();
		this.board.paint(picture, x, y);
		return new Painted(picture.rgb().length, Duration.ofNanos(System.nanoTime() - start).toMillis());
	}

	@ExceptionHandler
	ProblemDetail badPicture(BadPictureException ex) {
		return ProblemDetail.forStatusAndDetail(HttpStatus.BAD_REQUEST, String.valueOf(ex.getMessage()));
	}

	@ExceptionHandler
	ProblemDetail tooLarge(DataBufferLimitException ex) {
		return ProblemDetail.forStatusAndDetail(HttpStatus.CONTENT_TOO_LARGE, String.valueOf(ex.getMessage()));
	}

	@ExceptionHandler
	ProblemDetail busy(MailboxFullException ex) {
		return ProblemDetail.forStatusAndDetail(HttpStatus.SERVICE_UNAVAILABLE,
				"The picture is painted in part only: " + ex.getMessage());
	}

	@ExceptionHandler({ GenServerTimeoutException.class, GenServerUnavailableException.class })
	ProblemDetail silent(GenServerException ex) {
		return ProblemDetail.forStatusAndDetail(HttpStatus.SERVICE_UNAVAILABLE,
				"A tile does not answer: " + ex.getMessage());
	}

	/**
	 * A picture is on the board.
	 *
	 * @param pixels number of pixels painted, one message each
	 * @param milliseconds time from the first to the last
	 */
	record Painted(int pixels, long milliseconds) {
	}

}
