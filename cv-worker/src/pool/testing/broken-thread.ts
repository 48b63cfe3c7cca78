/** An analysis thread whose models are missing. */
throw new Error('the model is missing');
